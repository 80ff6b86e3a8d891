/*
 * Operations of the helper: a third process, beside the stage and init, that has the caller's rights and works
 * in the container's mount namespace.
 *
 *   tsrunc            helper                      init, in its user namespace
 *     │ ◄──────────────────────────────────────── sync sources
 *     │ spawn ─────────► │ joinNamespace mount      │
 *     │ proceed ─────────────────────────────────► │
 *     │                  │ ── source, descriptor ─► │ bind
 *     │                  │ ── source, descriptor ─► │ bind
 *     │                  │ leave                    │
 *
 * The root of a user namespace is nobody special outside, so it cannot reach a source below a directory that is
 * closed to others, nor map the ids of a mount. The trees are cloned in the container's mount namespace, not in
 * the host's: there the propagation is the container's, and what came from the host is locked, so that the
 * container's root cannot take a mount of the host off or make it writable.
 */
#include "cleanup.h"
#include "kernel.h"
#include "mount_calls.h"
#include "ops.h"
#include "report.h"
#include "sync.h"
#include "text.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* A child in a new user namespace that does nothing; it ends with this process at the latest. */
static pid_t clone_sleeper(void) {
  struct kernel_clone_args args;
  memset(&args, 0, sizeof args);
  args.flags = CLONE_NEWUSER;
  args.exit_signal = SIGCHLD;
  pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  if (pid < 0 && errno == ENOSYS) pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (pid != 0) return pid;
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  check_parent();
  for (;;)
    (void)syscall(SYS_pause);
}

static const char *process_file(char *buffer, size_t size, pid_t pid, const char *name) {
  struct text path = text_begin(buffer, size);
  text_append_number(&path, (unsigned)pid, 10);
  text_append(&path, "/");
  text_append(&path, name);
  return buffer;
}

/* open_procfs() follows no magic link, and the last component is one: hence two steps. */
static int open_user_namespace(const struct machine *machine, pid_t pid) {
  char path[32];
  CLEANUP_FD int directory =
      open_procfs(machine, process_file(path, sizeof path, pid, "ns"), O_PATH | O_DIRECTORY);
  if (directory < 0) return -1;
  return openat(directory, "user", O_RDONLY | O_CLOEXEC);
}

/* A mount takes its mapping from a user namespace. It needs no process in it afterwards. */
static int make_user_namespace(const struct machine *machine, const struct op_open_source *op) {
  char path[32];
  pid_t pid = clone_sleeper();
  if (pid < 0) fail(STEP_MAKE_THE_USER_NAMESPACE, errno, op->source);
  write_procfs(machine, process_file(path, sizeof path, pid, "uid_map"), op->uid_map);
  write_procfs(machine, process_file(path, sizeof path, pid, "gid_map"), op->gid_map);
  int fd = open_user_namespace(machine, pid);
  if (fd < 0) fail(STEP_MAKE_THE_USER_NAMESPACE, errno, op->source);
  (void)kill(pid, SIGKILL);
  (void)RETRY_EINTR(waitpid(pid, NULL, 0));
  return fd;
}

static void map_ids(const struct machine *machine, const struct op_open_source *op, int tree) {
  CLEANUP_FD int own = op->uid_map[0] == '\0' ? -1 : make_user_namespace(machine, op);
  int namespace = own >= 0 ? own : slot_fd(machine, op->user_namespace);
  struct kernel_mount_attr attr = {.attr_set = K_MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)namespace};
  unsigned flags = op->idmap == IDMAP_MODE_RECURSIVE ? K_AT_RECURSIVE : 0;
  if (sys_mount_setattr_fd(tree, flags, &attr) < 0) fail(STEP_MAP_THE_IDS_OF_THE_MOUNT, errno, op->source);
}

void op_open_source(struct machine *machine, const struct op_open_source *op) {
  CLEANUP_FD int tree = clone_mount(AT_FDCWD, op->source, op->recursive != 0);
  if (tree < 0) fail(STEP_OPEN_THE_SOURCE, errno, op->source);
  if (op->idmap != IDMAP_MODE_NONE) map_ids(machine, op, tree);
  if (report_descriptor(MESSAGE_SOURCE, tree) < 0) fail(STEP_SEND, errno, op->source);
}

_Noreturn void op_leave(void) {
  _exit(0);
}
