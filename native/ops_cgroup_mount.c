/* The cgroup file system, and what stands in for it where the kernel does not let us mount it. */
#include "cleanup.h"
#include "kernel.h"
#include "mount_calls.h"
#include "mount_target.h"
#include "ops.h"
#include "report.h"

/* -1 with errno when the kernel refuses it to us. */
static int mount_hierarchy(const struct op_mount_cgroup *op) {
  CLEANUP_FD int context = sys_fsopen(op->fs_type);
  if (context < 0) return -1;
  struct cursor cursor = plan_strings_begin(&op->parameters);
  configure(context, K_FSCONFIG_SET_STRING, "source", "cgroup", STEP_SET_THE_PARAMETER);
  for (uint32_t i = 0; i < op->parameters.count; i++)
    set_parameter(context, cursor_str(&cursor));
  if (RETRY_EINTR(sys_fsconfig(context, K_FSCONFIG_CMD_CREATE, NULL, NULL)) < 0) return -1;
  return sys_fsmount(context, 0);
}

/* The first that exists; -1 with ENOENT when none does. */
static int bind_first(const struct plan_strings *sources) {
  struct cursor cursor = plan_strings_begin(sources);
  for (uint32_t i = 0; i < sources->count; i++) {
    const char *source = cursor_str(&cursor);
    int mount = clone_mount(AT_FDCWD, source, false);
    if (mount >= 0) return mount;
    if (errno != ENOENT) fail(STEP_OPEN_THE_SOURCE, errno, source);
  }
  errno = ENOENT;
  return -1;
}

static int mount_empty(const char *destination) {
  CLEANUP_FD int context = sys_fsopen("tmpfs");
  if (context < 0) fail(STEP_OPEN_THE_FILE_SYSTEM, errno, destination);
  set_parameter(context, "mode=755");
  set_super_flags(context, K_MS_RDONLY);
  configure(context, K_FSCONFIG_CMD_CREATE, NULL, NULL, STEP_CREATE_THE_SUPER_BLOCK);
  int mount = sys_fsmount(context, K_MOUNT_ATTR_RDONLY);
  if (mount < 0) fail(STEP_CREATE_THE_MOUNT, errno, destination);
  return mount;
}

/*
 * EPERM: the cgroup namespace belongs to another user namespace. EBUSY: the hierarchy is mounted with other
 * options. Whatever it becomes, it has the attributes of the plan: a bind of the host's hierarchy that was
 * asked for read-only must not be writable (CVE-2023-25809).
 */
static int make_mount(const struct op_mount_cgroup *op) {
  int mount = -1;
  if (op->fs_type[0] != '\0') {
    mount = mount_hierarchy(op);
    if (mount < 0 && errno != EPERM && errno != EBUSY) fail(STEP_CREATE_THE_SUPER_BLOCK, errno, op->fs_type);
  }
  int error = errno;
  if (mount < 0) mount = bind_first(&op->binds);
  if (mount < 0 && op->mask != 0) return mount_empty(op->destination);
  if (mount < 0) fail(STEP_CREATE_THE_MOUNT, op->fs_type[0] != '\0' ? error : ENOENT, op->destination);
  return mount;
}

void op_mount_cgroup(struct machine *machine, const struct op_mount_cgroup *op) {
  struct attributes attributes = {op->attr_set, op->attr_clear, 0, op->rec_set, op->rec_clear};
  struct covering covering = {false, false};
  CLEANUP_FD int target = open_target(machine, op->destination, PATH_MODE_IN_ROOT, true, covering);
  CLEANUP_FD int mount = make_mount(op);
  set_attributes(mount, &attributes, op->destination);
  attach_mount(mount, target, op->destination);
  set_propagation(mount, op->propagation, op->destination);
}
