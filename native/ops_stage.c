/* Operations of the stage: entering namespaces, and leaving init behind in them. */
#include "cleanup.h"
#include "kernel.h"
#include "ops.h"
#include "report.h"
#include "sync.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/vfs.h>

/*
 * From the moment it is in a container's namespace until it executes the program there, this process must
 * not be traceable: its descriptors lead out of the container (CVE-2016-9962).
 */
static void set_dumpable(unsigned long dumpable) {
  (void)prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
}

/* A container could have put any file where its namespace was expected, so ask the file what it is. */
static void enter_namespace(int fd, uint32_t flag) {
  struct statfs system;
  if (fstatfs(fd, &system) < 0) fail(STEP_CHECK_THE_NAMESPACE, errno, NULL);
  if ((unsigned long)system.f_type != K_NSFS_MAGIC) fail(STEP_CHECK_THE_NAMESPACE, EINVAL, NULL);
  int type = sys_ioctl(fd, K_NS_GET_NSTYPE, NULL);
  if (type < 0) fail(STEP_CHECK_THE_NAMESPACE, errno, NULL);
  if ((uint32_t)type != flag) fail(STEP_CHECK_THE_NAMESPACE, EINVAL, NULL);
  set_dumpable(0);
  if (setns(fd, type) < 0) fail(STEP_JOIN_THE_NAMESPACE, errno, NULL);
  /* Entering a user namespace changes the credentials, and that clears the death signal. */
  guard_parent();
}

void op_join_namespace(struct machine *machine, const struct op_join_namespace *op) {
  enter_namespace(slot_fd(machine, op->fd), op->flag);
  if (op->flag == CLONE_NEWNS) machine->own_mounts = true;
  close_slot(machine, op->fd);
}

void op_unshare(struct machine *machine, const struct op_unshare *op) {
  if (unshare((int)op->flags) < 0) fail(STEP_UNSHARE, errno, NULL);
  if ((op->flags & CLONE_NEWNS) != 0) machine->own_mounts = true;
  guard_parent();
}

/* open_procfs() follows no magic link, and the last component is one: hence two steps, and the check after. */
void op_enter_time_namespace(struct machine *machine) {
  CLEANUP_FD int directory = open_procfs(machine, "self/ns", O_PATH | O_DIRECTORY);
  if (directory < 0) fail(STEP_OPEN_THE_FILE, errno, "self/ns");
  CLEANUP_FD int fd = openat(directory, "time_for_children", O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(STEP_OPEN_THE_FILE, errno, "self/ns/time_for_children");
  enter_namespace(fd, CLONE_NEWTIME);
}

static pid_t clone_with(uint64_t flags, int cgroup) {
  /* With CLONE_PARENT the exit signal is that of the stage, and clone3(2) insists on 0 here. */
  struct kernel_clone_args args;
  memset(&args, 0, sizeof args);
  args.flags = flags | CLONE_PARENT;
  if (cgroup >= 0) {
    args.flags |= K_CLONE_INTO_CGROUP;
    args.cgroup = (uint64_t)cgroup;
  }
  pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  /* Seccomp filters that cannot look into clone3's struct hide the call; clone(2) does all but the cgroup. */
  if (pid < 0 && errno == ENOSYS && cgroup < 0)
    pid = (pid_t)syscall(SYS_clone, flags | CLONE_PARENT, 0, 0, 0, 0);
  return pid;
}

/*
 * Being born in the cgroup means that not one page is charged elsewhere. It is not possible everywhere
 * (cgroup v1, threaded cgroups, old kernels), so any refusal but the limits that would hit again leads to a
 * second attempt without; tsrunc hears of it and moves init at the `forked` sync.
 */
static pid_t clone_init(uint64_t flags, int cgroup, int *refusal) {
  pid_t pid = clone_with(flags, cgroup);
  if (pid < 0 && cgroup >= 0 && errno != EAGAIN && errno != ENOMEM) {
    *refusal = errno;
    pid = clone_with(flags, -1);
  }
  if (pid < 0 && errno == EINVAL && (flags & CLONE_NEWPID) != 0) {
    /* Some kernels refuse a new pid namespace together with CLONE_PARENT: make it first, for the child. */
    if (unshare(CLONE_NEWPID) < 0) fail(STEP_UNSHARE, errno, NULL);
    pid = clone_with(flags & ~(uint64_t)CLONE_NEWPID, -1);
  }
  return pid;
}

void op_fork_init(struct machine *machine, const struct op_fork_init *op) {
  int refusal = 0;
  pid_t pid = clone_init(op->flags, slot_fd(machine, op->cgroup), &refusal);
  if (pid < 0) fail(STEP_CLONE, errno, NULL);
  if (pid > 0) {
    if (report_message(MESSAGE_FORKED, STEP_NONE, refusal, pid, NULL) < 0) _exit(1);
    _exit(0);
  }
  /* The death signal is not inherited. Its source is tsrunc again, thanks to CLONE_PARENT. */
  guard_parent();
  if ((op->flags & CLONE_NEWNS) != 0) machine->own_mounts = true;
  /*
   * A tsrunc without privileges writes our id maps, and the files of a process that is not dumpable belong
   * to root. Nobody but the caller's own user can trace us until the maps are there.
   */
  if ((op->flags & CLONE_NEWUSER) != 0) set_dumpable(1);
  for (enum plan_slot slot = SLOT_NS_USER; slot <= SLOT_NS_TIME; slot++)
    close_slot(machine, slot);
  close_slot(machine, SLOT_CGROUP);
}

void op_sync(const struct op_sync *op) {
  sync_point(op->point);
  if (op->point == SYNC_FORKED) set_dumpable(0);
}

/* Groups first: they can be changed only with the capabilities that may go with the ids. */
void op_become_root(struct machine *machine) {
  set_groups(machine, 0, NULL);
  if (sys_setresgid(0) < 0) fail(STEP_SET_THE_GID, errno, NULL);
  if (sys_setresuid(0) < 0) fail(STEP_SET_THE_UID, errno, NULL);
  set_dumpable(0);
  guard_parent();
}
