#include "machine.h"

#include "cleanup.h"
#include "kernel.h"
#include "path_in_root.h"
#include "report.h"

#include <string.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

int slot_fd(const struct machine *machine, enum plan_slot slot) {
  return machine->plan.slots[slot];
}

void close_slot(struct machine *machine, enum plan_slot slot) {
  close_fd(&machine->plan.slots[slot]);
}

int root_fd(struct machine *machine) {
  if (machine->root >= 0) return machine->root;
  machine->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (machine->root < 0) fail(STEP_RESOLVE_THE_PATH, errno, "/");
  return machine->root;
}

/* The slot must really be the root of a procfs: every check that follows rests on it. */
bool is_procfs_root(int fd) {
  struct statfs system;
  struct stat status;
  if (fstatfs(fd, &system) < 0 || fstat(fd, &status) < 0) return false;
  return (unsigned long)system.f_type == K_PROC_SUPER_MAGIC && status.st_ino == K_PROC_ROOT_INO;
}

int open_procfs(const struct machine *machine, const char *path, int flags) {
  int procfs = slot_fd(machine, SLOT_PROCFS);
  if (!is_procfs_root(procfs)) {
    errno = ENOTSUP;
    return -1;
  }
  /* NO_XDEV refuses a file on which another one is mounted. "self" is a plain symlink and allowed. */
  uint64_t resolve = K_RESOLVE_BENEATH | K_RESOLVE_NO_XDEV | K_RESOLVE_NO_MAGICLINKS;
  int fd = RETRY_EINTR(sys_openat2(procfs, path, (uint64_t)flags | O_CLOEXEC, 0, resolve));
  if (fd >= 0 || errno != ENOSYS) return fd;
  return RETRY_EINTR(openat(procfs, path, flags | O_NOFOLLOW | O_CLOEXEC));
}

void write_procfs(const struct machine *machine, const char *path, const char *value) {
  CLEANUP_FD int fd = open_procfs(machine, path, O_WRONLY);
  if (fd < 0) fail(STEP_OPEN_THE_FILE, errno, path);
  size_t length = strlen(value);
  ssize_t written = RETRY_EINTR(write(fd, value, length));
  if (written < 0) fail(STEP_WRITE_THE_FILE, errno, path);
  if ((size_t)written != length) fail(STEP_WRITE_THE_FILE, EIO, path);
}

/*
 * An unprivileged user namespace forbids setgroups(2) for good (CVE-2014-8989): the groups stay those of
 * the caller then. Any other refusal is an error.
 */
static bool groups_are_denied(const struct machine *machine) {
  char answer[4];
  CLEANUP_FD int fd = open_procfs(machine, "self/setgroups", O_RDONLY);
  if (fd < 0) return false;
  ssize_t length = RETRY_EINTR(read(fd, answer, sizeof answer));
  return length == sizeof answer && memcmp(answer, "deny", sizeof answer) == 0;
}

void set_groups(const struct machine *machine, uint32_t count, const uint32_t *groups) {
  if (sys_setgroups(count, groups) == 0) return;
  int error = errno;
  if (error != EPERM || !groups_are_denied(machine)) fail(STEP_SET_THE_GROUPS, error, NULL);
}

/* The type counts as much as the number: the rdev of a regular file is 0:0, of anything else what it likes. */
bool is_null_device(const struct stat *status) {
  return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}
