#include "mount_target.h"

#include "cleanup.h"
#include "kernel.h"
#include "path_in_root.h"
#include "report.h"

#include <sys/vfs.h>

enum { MOUNT_POINT_PERMISSIONS = 0755 };

static bool is_on_procfs(int fd) {
  struct statfs system;
  return fstatfs(fd, &system) == 0 && (unsigned long)system.f_type == K_PROC_SUPER_MAGIC;
}

/* The place of procfs, whether or not one is mounted there yet. */
static bool is_proc_directory(struct machine *machine, int target) {
  CLEANUP_FD int proc = path_open(root_fd(machine), "/proc", PATH_MODE_IN_ROOT);
  return proc >= 0 && path_is_same(proc, target);
}

/*
 * Programs believe what they read in /proc, security modules and runtimes among them, so an image or a volume
 * may not put other files there (CVE-2019-16884, CVE-2019-19921). What counts is where the path led, and not how
 * it is written: a symlink of the image can lead into procfs from anywhere.
 */
static void check_procfs(struct machine *machine, int target, const char *path, struct covering covering) {
  bool whole = is_procfs_root(target) || is_proc_directory(machine, target);
  bool allowed = whole ? covering.whole_proc : covering.proc_file || !is_on_procfs(target);
  if (!allowed) fail(STEP_CHECK_THE_MOUNT_POINT, EPERM, path);
}

/* A mount over the root would hide everything that is mounted below it. Symlinks can lead there, too. */
int open_target(struct machine *machine, const char *path, uint32_t mode, bool directory,
                struct covering covering) {
  int root = root_fd(machine);
  int target = directory ? path_make_directory(root, path, mode, MOUNT_POINT_PERMISSIONS)
                         : path_make_file(root, path, mode);
  if (target < 0) fail(STEP_CREATE_THE_MOUNT_POINT, errno, path);
  if (path_is_same(root, target)) fail(STEP_CREATE_THE_MOUNT_POINT, EBUSY, path);
  check_procfs(machine, target, path, covering);
  return target;
}
