/* Hiding and write-protecting paths inside the new root. */
#include "cleanup.h"
#include "kernel.h"
#include "mount_calls.h"
#include "ops.h"
#include "path_in_root.h"
#include "report.h"

#include <string.h>

void op_root_readonly(struct machine *machine) {
  struct attributes attributes = {.set = K_MOUNT_ATTR_RDONLY};
  set_attributes(root_fd(machine), &attributes, "/");
}

/* What is not there needs no protection. */
static int open_if_present(struct machine *machine, const char *path) {
  int fd = path_open(root_fd(machine), path, PATH_MODE_IN_ROOT);
  if (fd < 0 && errno != ENOENT && errno != ENOTDIR) fail(STEP_RESOLVE_THE_PATH, errno, path);
  return fd;
}

/*
 * The image owns /dev/null and may have put anything there: a link to core_pattern made it writable
 * (CVE-2025-31133). The descriptor is opened and checked once and every mask is a clone of it.
 */
static int null_device(struct machine *machine) {
  struct stat status;
  if (machine->null_device >= 0) return machine->null_device;
  int fd = path_open(root_fd(machine), "/dev/null", PATH_MODE_IN_ROOT);
  if (fd < 0 || fstat(fd, &status) < 0) fail(STEP_OPEN_THE_SOURCE, errno, "/dev/null");
  if (!is_null_device(&status)) fail(STEP_VERIFY_THE_RESULT, ENODEV, "/dev/null");
  machine->null_device = fd;
  return fd;
}

/* A tmpfs with room for its root only. Some kernels count one inode more, so two are the second try. */
static int make_empty_tmpfs(void) {
  unsigned attributes = K_MOUNT_ATTR_RDONLY | K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV | K_MOUNT_ATTR_NOEXEC;
  static const char *const inodes[] = {"1", "2"};
  for (size_t i = 0; i < 2; i++) {
    CLEANUP_FD int context = sys_fsopen("tmpfs");
    if (context < 0) fail(STEP_OPEN_THE_FILE_SYSTEM, errno, "tmpfs");
    bool made = sys_fsconfig(context, K_FSCONFIG_SET_FLAG, "ro", NULL) == 0 &&
                sys_fsconfig(context, K_FSCONFIG_SET_STRING, "nr_blocks", "1") == 0 &&
                sys_fsconfig(context, K_FSCONFIG_SET_STRING, "nr_inodes", inodes[i]) == 0 &&
                sys_fsconfig(context, K_FSCONFIG_SET_STRING, "mode", "755") == 0 &&
                sys_fsconfig(context, K_FSCONFIG_CMD_CREATE, NULL, NULL) == 0;
    if (!made) continue;
    int mount = sys_fsmount(context, attributes);
    if (mount < 0) fail(STEP_CREATE_THE_MOUNT, errno, "tmpfs");
    return mount;
  }
  fail(STEP_CREATE_THE_SUPER_BLOCK, errno, "tmpfs");
}

/*
 * One super block for all masked directories: each costs kernel memory. The first one is attached itself,
 * since before Linux 6.15 a detached mount cannot be cloned; the others are clones of it.
 */
static void mask_directory(struct machine *machine, int target, const char *path) {
  if (machine->empty_directory < 0) {
    machine->empty_directory = make_empty_tmpfs();
    return attach_mount(machine->empty_directory, target, path);
  }
  /* The list may name a path twice. */
  if (path_is_same(machine->empty_directory, target)) return;
  CLEANUP_FD int mount = clone_mount(machine->empty_directory, "", false);
  if (mount < 0) fail(STEP_CLONE_THE_MOUNT_TREE, errno, path);
  attach_mount(mount, target, path);
}

void op_mask_path(struct machine *machine, const struct op_mask_path *op) {
  struct stat status;
  CLEANUP_FD int target = open_if_present(machine, op->path);
  if (target < 0) return;
  if (fstat(target, &status) < 0) fail(STEP_RESOLVE_THE_PATH, errno, op->path);
  if (S_ISDIR(status.st_mode)) return mask_directory(machine, target, op->path);
  if (is_null_device(&status)) return;
  CLEANUP_FD int mount = clone_mount(null_device(machine), "", false);
  if (mount < 0) fail(STEP_CLONE_THE_MOUNT_TREE, errno, op->path);
  attach_mount(mount, target, op->path);
}

/* mount_setattr(2) adds one flag and keeps nosuid, nodev and noexec, which a remount would have to repeat. */
void op_readonly_path(struct machine *machine, const struct op_readonly_path *op) {
  struct attributes attributes = {.set = K_MOUNT_ATTR_RDONLY};
  CLEANUP_FD int target = open_if_present(machine, op->path);
  if (target < 0) return;
  CLEANUP_FD int mount = clone_mount(target, "", true);
  if (mount < 0) fail(STEP_CLONE_THE_MOUNT_TREE, errno, op->path);
  set_attributes(mount, &attributes, op->path);
  attach_mount(mount, target, op->path);
}
