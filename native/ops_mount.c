/* Mounting, seen from the host's root: everything goes below the root descriptor, by descriptor. */
#include "cleanup.h"
#include "copy_up.h"
#include "kernel.h"
#include "mount_calls.h"
#include "mount_target.h"
#include "ops.h"
#include "path_in_root.h"
#include "report.h"
#include "sources.h"
#include "text.h"

#include <string.h>

enum {
  /* The attributes that fsmount(2) takes itself: all but those that need a mount_setattr(2) argument. */
  FSMOUNT_ATTRIBUTES = 0xff,
  /* mount(2) takes one page of options. */
  LEGACY_DATA_SIZE = 4096,
};

void op_root_propagation(const struct op_root_propagation *op) {
  if (sys_mount(NULL, "/", NULL, op->flags, NULL) < 0) fail(STEP_SET_THE_PROPAGATION, errno, "/");
}

/*
 * Where our mounts are peers of the host's, the clone would be attached there as well, and pivot_root(2) refuses
 * such a parent. So the mount that holds the directory becomes private, in our namespace only. Only the root of
 * a mount can be changed: go up until the kernel accepts.
 */
static void make_parent_private(int directory, const char *path) {
  struct kernel_mount_attr private = {.propagation = K_MS_PRIVATE};
  CLEANUP_FD int at = fcntl(directory, F_DUPFD_CLOEXEC, 3);
  if (at < 0) fail(STEP_OPEN_THE_SOURCE, errno, path);
  while (sys_mount_setattr_fd(at, 0, &private) < 0) {
    if (errno != EINVAL) fail(STEP_SET_THE_PROPAGATION, errno, path);
    int up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (up < 0 || path_is_same(at, up)) fail(STEP_SET_THE_PROPAGATION, up < 0 ? errno : EINVAL, path);
    close_fd(&at);
    at = up;
  }
}

/* Everything below, too: what is mounted in a tree with shared mounts would appear at its peers. */
static void make_tree_private(int tree, const char *path) {
  struct kernel_mount_attr private = {.propagation = K_MS_PRIVATE};
  if (sys_mount_setattr_fd(tree, K_AT_RECURSIVE, &private) < 0) fail(STEP_SET_THE_PROPAGATION, errno, path);
}

/*
 * The clone is a mount of its own, as pivot_root(2) wants, and no mount that is made in it reaches the
 * host. A container without a mount namespace gets the directory as it is: the mounts are the host's there.
 */
void op_open_rootfs(struct machine *machine, const struct op_open_rootfs *op) {
  CLEANUP_FD int directory = path_open_host_directory(op->path);
  if (directory < 0) fail(STEP_OPEN_THE_SOURCE, errno, op->path);
  machine->rootfs_path = op->path;
  close_fd(&machine->root);
  if (!machine->own_mounts) {
    machine->root = steal_fd(&directory);
    return;
  }
  if (op->isolate != 0) make_parent_private(directory, op->path);
  int tree = clone_mount(directory, "", true);
  if (tree < 0) fail(STEP_CLONE_THE_MOUNT_TREE, errno, op->path);
  if (op->isolate != 0) make_tree_private(tree, op->path);
  attach_mount(tree, directory, op->path);
  machine->root = tree;
}

static bool has_mode(const struct plan_strings *parameters) {
  struct cursor cursor = plan_strings_begin(parameters);
  for (uint32_t i = 0; i < parameters->count; i++)
    if (strncmp(cursor_str(&cursor), "mode=", 5) == 0) return true;
  return false;
}

/*
 * "mode=755" of the directory that a tmpfs is going to hide. Empty when the plan names a mode itself, and when
 * there is no directory yet: one of our own making says nothing, and the kernel's 1777 is what people expect.
 */
static void inherit_mode(struct machine *machine, const struct op_mount *op, struct text *text) {
  struct stat status;
  if (op->copy_mode == 0 || has_mode(&op->parameters)) return;
  CLEANUP_FD int hidden = path_open(root_fd(machine), op->destination, op->path_mode);
  if (hidden < 0) return;
  if (fstat(hidden, &status) < 0) fail(STEP_RESOLVE_THE_PATH, errno, op->destination);
  text_append(text, "mode=");
  text_append_number(text, status.st_mode & 07777, 8);
}

/*
 * A read-only attribute is part of fsmount(2) already, because the kernel compares a new procfs or sysfs of
 * a user namespace with those that are visible. tmpcopyup has to write first.
 */
static int make_mount(const struct op_mount *op, int context, const char *mode) {
  struct cursor cursor = plan_strings_begin(&op->parameters);
  if (op->source[0] != '\0')
    configure(context, K_FSCONFIG_SET_STRING, "source", op->source, STEP_SET_THE_PARAMETER);
  set_super_flags(context, op->super_flags);
  if (mode[0] != '\0') set_parameter(context, mode);
  for (uint32_t i = 0; i < op->parameters.count; i++)
    set_parameter(context, cursor_str(&cursor));
  configure(context, K_FSCONFIG_CMD_CREATE, NULL, NULL, STEP_CREATE_THE_SUPER_BLOCK);
  unsigned attributes = op->copy_up != 0 ? 0 : (unsigned)op->attr_set & FSMOUNT_ATTRIBUTES;
  int mount = sys_fsmount(context, attributes);
  if (mount < 0) fail(STEP_CREATE_THE_MOUNT, errno, op->fs_type);
  return mount;
}

/*
 * mount(2) for what fsconfig(2) cannot say. The target is "." of a directory that is held open, so there is
 * no path here either, and no need for /proc/self/fd. The mount is then looked up once more, to get a
 * descriptor of it; whether that is what was mounted on the target shows in the inode.
 */
static int mount_legacy(struct machine *machine, const struct op_mount *op, int target, const char *mode) {
  char buffer[LEGACY_DATA_SIZE];
  struct text options = text_begin(buffer, sizeof buffer);
  struct cursor cursor = plan_strings_begin(&op->parameters);
  text_append(&options, mode);
  for (uint32_t i = 0; i < op->parameters.count; i++) {
    if (options.length > 0) text_append(&options, ",");
    text_append(&options, cursor_str(&cursor));
  }
  if (options.truncated) fail(STEP_SET_THE_PARAMETER, E2BIG, op->fs_type);
  CLEANUP_FD int back = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (back < 0 || fchdir(target) < 0) fail(STEP_RESOLVE_THE_PATH, errno, op->destination);
  /* nosuid, nodev and noexec have the same bits in both interfaces. */
  unsigned long flags = op->super_flags;
  flags |= op->attr_set & (K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV | K_MOUNT_ATTR_NOEXEC);
  if (sys_mount(op->source, ".", op->fs_type, flags, buffer) < 0)
    fail(STEP_CREATE_THE_MOUNT, errno, op->fs_type);
  if (fchdir(back) < 0) fail(STEP_CHANGE_THE_DIRECTORY, errno, NULL);
  int mount = path_open(root_fd(machine), op->destination, op->path_mode);
  if (mount < 0) fail(STEP_VERIFY_THE_RESULT, errno, op->destination);
  if (path_is_same(mount, target)) fail(STEP_VERIFY_THE_RESULT, ESTALE, op->destination);
  return mount;
}

void op_mount(struct machine *machine, const struct op_mount *op) {
  char buffer[16];
  struct text mode = text_begin(buffer, sizeof buffer);
  struct attributes attributes = {op->attr_set, op->attr_clear, 0, op->rec_set, op->rec_clear};
  struct covering covering = {op->covers_proc != 0, strcmp(op->fs_type, "proc") == 0};
  inherit_mode(machine, op, &mode);
  CLEANUP_FD int target = open_target(machine, op->destination, op->path_mode, true, covering);
  CLEANUP_FD int context = sys_fsopen(op->fs_type);
  if (context < 0 && errno != EINVAL) fail(STEP_OPEN_THE_FILE_SYSTEM, errno, op->fs_type);
  bool legacy = context < 0 || !fits_fsconfig(op->source, op->super_flags, &op->parameters);
  CLEANUP_FD int mount = legacy ? mount_legacy(machine, op, target, buffer) : make_mount(op, context, buffer);
  if (op->copy_up != 0) copy_up(target, mount, op->destination);
  set_attributes(mount, &attributes, op->destination);
  if (!legacy) attach_mount(mount, target, op->destination);
  set_propagation(mount, op->propagation, op->destination);
}

/*
 * The source is opened before anything is created. Its copy gets its attributes while it is detached: at no
 * moment is it visible in the container with fewer restrictions than the plan says.
 */
void op_bind(struct machine *machine, const struct op_bind *op) {
  struct attributes attributes = {op->attr_set, op->attr_clear, op->attr_reset, op->rec_set, op->rec_clear};
  CLEANUP_FD int mount =
      op->given != 0 ? receive_source(machine) : clone_mount(AT_FDCWD, op->source, op->recursive != 0);
  struct stat status;
  if (mount < 0 || fstat(mount, &status) < 0) fail(STEP_OPEN_THE_SOURCE, errno, op->source);
  set_attributes(mount, &attributes, op->destination);
  bool directory = S_ISDIR(status.st_mode);
  struct covering covering = {op->covers_proc != 0, is_procfs_root(mount)};
  CLEANUP_FD int target = open_target(machine, op->destination, op->path_mode, directory, covering);
  attach_mount(mount, target, op->destination);
  set_propagation(mount, op->propagation, op->destination);
}

/* `superFlags` change the file system itself, for every mount of it; attributes only this mount. */
void op_remount(struct machine *machine, const struct op_remount *op) {
  struct attributes attributes = {op->attr_set, op->attr_clear, 0, op->rec_set, op->rec_clear};
  CLEANUP_FD int mount = path_open(root_fd(machine), op->destination, PATH_MODE_IN_ROOT);
  if (mount < 0) fail(STEP_RESOLVE_THE_PATH, errno, op->destination);
  if (op->super_flags != 0) {
    CLEANUP_FD int context = sys_fspick_fd(mount);
    if (context < 0) fail(STEP_OPEN_THE_FILE_SYSTEM, errno, op->destination);
    set_super_flags(context, op->super_flags);
    configure(context, K_FSCONFIG_CMD_RECONFIGURE, NULL, NULL, STEP_SET_THE_PARAMETER);
  }
  set_attributes(mount, &attributes, op->destination);
  set_propagation(mount, op->propagation, op->destination);
}
