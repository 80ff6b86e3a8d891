/* Directories, links and device nodes below the root. */
#include "cleanup.h"
#include "kernel.h"
#include "mount_calls.h"
#include "ops.h"
#include "path_in_root.h"
#include "report.h"
#include "text.h"

#include <string.h>
#include <sys/sysmacros.h>

void op_make_directory(struct machine *machine, const struct op_make_directory *op) {
  CLEANUP_FD int fd = path_make_directory(root_fd(machine), op->path, PATH_MODE_IN_ROOT, op->mode & 07777);
  if (fd < 0) fail(STEP_CREATE_THE_DIRECTORY, errno, op->path);
}

static bool is_link_to(int directory, const char *name, const char *target) {
  char text[PATH_MAX];
  size_t length = strlen(target);
  ssize_t found = readlinkat(directory, name, text, sizeof text);
  return found >= 0 && (size_t)found == length && memcmp(text, target, length) == 0;
}

void op_symlink(struct machine *machine, const struct op_symlink *op) {
  char name[NAME_MAX + 1];
  CLEANUP_FD int parent = path_make_parent(root_fd(machine), op->path, name);
  if (parent < 0) fail(STEP_RESOLVE_THE_PATH, errno, op->path);
  if (symlinkat(op->target, parent, name) == 0) return;
  int error = errno;
  if (error == EEXIST && (op->keep_existing != 0 || is_link_to(parent, name, op->target))) return;
  fail(STEP_CREATE_THE_SYMLINK, error, op->path);
}

/* fchmod(2) refuses O_PATH descriptors, and fchmodat2(2) is younger (6.6) than our oldest kernel. */
static void change_mode(const struct machine *machine, int node, mode_t mode, const char *path) {
  char buffer[32];
  struct text name = text_begin(buffer, sizeof buffer);
  text_append(&name, "self/fd/");
  text_append_number(&name, (unsigned)node, 10);
  if (fchmodat(slot_fd(machine, SLOT_PROCFS), buffer, mode, 0) < 0) fail(STEP_CHANGE_THE_MODE, errno, path);
}

/*
 * Looks at the node through a descriptor and then changes that, so the checked inode is the one changed.
 * Only what differs is written: nodes are made with the right mode (the umask is 0) and by the right user
 * nearly always.
 */
static bool is_wanted_node(int node, const struct op_make_node *op, struct stat *status) {
  if (fstat(node, status) < 0) fail(STEP_VERIFY_THE_RESULT, errno, op->path);
  if ((status->st_mode & S_IFMT) != (op->mode & S_IFMT)) return false;
  return S_ISFIFO(status->st_mode) || status->st_rdev == makedev(op->major, op->minor);
}

static void finish_node(const struct machine *machine, int node, const struct op_make_node *op,
                        const struct stat *status) {
  /* The owner first: a chown clears set-id bits. */
  if ((status->st_uid != op->uid || status->st_gid != op->gid) &&
      fchownat(node, "", op->uid, op->gid, K_AT_EMPTY_PATH) < 0)
    fail(STEP_CHANGE_THE_OWNER, errno, op->path);
  mode_t mode = op->mode & 07777;
  if ((status->st_mode & 07777) != mode) change_mode(machine, node, mode, op->path);
}

/*
 * In a user namespace mknod(2) is never permitted, so the host's node of the same path is bound, after a
 * check that it is the device that the plan means. Its owner and mode stay the host's.
 */
static void bind_host_node(struct machine *machine, const struct op_make_node *op) {
  struct attributes attributes = {.set = K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NOEXEC};
  struct stat status;
  CLEANUP_FD int host = open(op->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (host < 0) fail(STEP_OPEN_THE_SOURCE, errno, op->path);
  if (!is_wanted_node(host, op, &status)) fail(STEP_VERIFY_THE_RESULT, ENODEV, op->path);
  CLEANUP_FD int mount = clone_mount(host, "", false);
  if (mount < 0) fail(STEP_CLONE_THE_MOUNT_TREE, errno, op->path);
  set_attributes(mount, &attributes, op->path);
  CLEANUP_FD int target = path_make_file(root_fd(machine), op->path, PATH_MODE_IN_ROOT);
  if (target < 0) fail(STEP_CREATE_THE_MOUNT_POINT, errno, op->path);
  attach_mount(mount, target, op->path);
}

void op_make_node(struct machine *machine, const struct op_make_node *op) {
  char name[NAME_MAX + 1];
  struct stat status;
  CLEANUP_FD int parent = path_make_parent(root_fd(machine), op->path, name);
  if (parent < 0) fail(STEP_RESOLVE_THE_PATH, errno, op->path);
  int error = mknodat(parent, name, op->mode, makedev(op->major, op->minor)) < 0 ? errno : 0;
  if (error == EPERM && op->bind_fallback != 0) return bind_host_node(machine, op);
  if (error != 0 && error != EEXIST) fail(STEP_CREATE_THE_NODE, error, op->path);
  CLEANUP_FD int node = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (node < 0) fail(STEP_VERIFY_THE_RESULT, errno, op->path);
  if (is_wanted_node(node, op, &status)) return finish_node(machine, node, op, &status);
  /* What an earlier fallback has left as a mount point is no device, and may be used again. */
  if (S_ISREG(status.st_mode) && error == EEXIST && op->bind_fallback != 0)
    return bind_host_node(machine, op);
  fail(STEP_CREATE_THE_NODE, EEXIST, op->path);
}
