/* Making the root the root. */
#include "cleanup.h"
#include "kernel.h"
#include "no_pivot.h"
#include "ops.h"
#include "report.h"

/*
 * Both arguments are ".", so no directory for the old root is needed in the image: the kernel puts the old
 * root on top of the new one. It is made a slave before it is taken off, or the unmounts would travel to
 * the host.
 */
static void pivot(int root) {
  CLEANUP_FD int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (old < 0 || fchdir(root) < 0) fail(STEP_PIVOT, errno, NULL);
  if (syscall(SYS_pivot_root, ".", ".") < 0) fail(STEP_PIVOT, errno, NULL);
  if (fchdir(old) < 0) fail(STEP_DETACH_THE_OLD_ROOT, errno, NULL);
  if (sys_mount(NULL, ".", NULL, K_MS_SLAVE | K_MS_REC, NULL) < 0)
    fail(STEP_DETACH_THE_OLD_ROOT, errno, NULL);
  if (sys_umount2(".", K_MNT_DETACH) < 0) fail(STEP_DETACH_THE_OLD_ROOT, errno, NULL);
}

static void change_root(int root) {
  if (fchdir(root) < 0 || chroot(".") < 0) fail(STEP_CHANGE_THE_ROOT, errno, NULL);
}

/* For a root on which pivot_root(2) does not work, such as the initial ramfs. */
static void move(const struct machine *machine, int root) {
  hide_host_filesystems(machine);
  if (fchdir(root) < 0) fail(STEP_CHANGE_THE_ROOT, errno, NULL);
  if (sys_mount(".", "/", NULL, K_MS_MOVE, NULL) < 0) fail(STEP_CHANGE_THE_ROOT, errno, NULL);
  change_root(root);
}

void op_pivot_root(struct machine *machine, const struct op_pivot_root *op) {
  int root = root_fd(machine);
  switch (op->mode) {
  case PIVOT_MODE_PIVOT: pivot(root); break;
  case PIVOT_MODE_MOVE:
    if (machine->rootfs_path == NULL) fail(STEP_CHANGE_THE_ROOT, EINVAL, NULL);
    move(machine, root);
    break;
  case PIVOT_MODE_CHROOT: change_root(root); break;
  default: fail(STEP_PIVOT, EINVAL, NULL);
  }
  if (chdir("/") < 0) fail(STEP_CHANGE_THE_DIRECTORY, errno, "/");
  /* No descriptor from before the pivot is used from here on, except the host's procfs. */
  close_fd(&machine->root);
  (void)root_fd(machine);
}

void op_final_propagation(const struct op_final_propagation *op) {
  if (sys_mount(NULL, "/", NULL, op->flags, NULL) < 0) fail(STEP_SET_THE_PROPAGATION, errno, "/");
}
