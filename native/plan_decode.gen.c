/* GENERATED from src/plan/ops.ts by scripts/gen_plan_header.ts. Do not edit. */

#include "plan_format.gen.h"
#include "plan_reader.h"

static void decode_join_namespace(struct cursor *payload, struct op_join_namespace *fields) {
  fields->fd = cursor_slot(payload);
  fields->flag = cursor_u32(payload);
}

static void decode_unshare(struct cursor *payload, struct op_unshare *fields) {
  fields->flags = cursor_u32(payload);
}

static void decode_fork_init(struct cursor *payload, struct op_fork_init *fields) {
  fields->flags = cursor_u32(payload);
  fields->cgroup = cursor_slot(payload);
}

static void decode_sync(struct cursor *payload, struct op_sync *fields) {
  fields->point = cursor_u32(payload);
}

static void decode_session_keyring(struct cursor *payload, struct op_session_keyring *fields) {
  fields->name = cursor_str(payload);
  fields->permissions = cursor_u32(payload);
}

static void decode_root_propagation(struct cursor *payload, struct op_root_propagation *fields) {
  fields->flags = cursor_u32(payload);
}

static void decode_open_rootfs(struct cursor *payload, struct op_open_rootfs *fields) {
  fields->path = cursor_str(payload);
  fields->isolate = cursor_u32(payload);
}

static void decode_mount(struct cursor *payload, struct op_mount *fields) {
  fields->destination = cursor_str(payload);
  fields->fs_type = cursor_str(payload);
  fields->source = cursor_str(payload);
  fields->parameters = cursor_strs(payload);
  fields->super_flags = cursor_u32(payload);
  fields->attr_set = cursor_u64(payload);
  fields->attr_clear = cursor_u64(payload);
  fields->rec_set = cursor_u64(payload);
  fields->rec_clear = cursor_u64(payload);
  fields->propagation = cursor_u32s(payload);
  fields->path_mode = cursor_u32(payload);
  fields->covers_proc = cursor_u32(payload);
  fields->copy_up = cursor_u32(payload);
  fields->copy_mode = cursor_u32(payload);
}

static void decode_bind(struct cursor *payload, struct op_bind *fields) {
  fields->source = cursor_str(payload);
  fields->destination = cursor_str(payload);
  fields->recursive = cursor_u32(payload);
  fields->given = cursor_u32(payload);
  fields->attr_set = cursor_u64(payload);
  fields->attr_clear = cursor_u64(payload);
  fields->attr_reset = cursor_u64(payload);
  fields->rec_set = cursor_u64(payload);
  fields->rec_clear = cursor_u64(payload);
  fields->propagation = cursor_u32s(payload);
  fields->path_mode = cursor_u32(payload);
  fields->covers_proc = cursor_u32(payload);
}

static void decode_remount(struct cursor *payload, struct op_remount *fields) {
  fields->destination = cursor_str(payload);
  fields->super_flags = cursor_u32(payload);
  fields->attr_set = cursor_u64(payload);
  fields->attr_clear = cursor_u64(payload);
  fields->rec_set = cursor_u64(payload);
  fields->rec_clear = cursor_u64(payload);
  fields->propagation = cursor_u32s(payload);
}

static void decode_mount_cgroup(struct cursor *payload, struct op_mount_cgroup *fields) {
  fields->destination = cursor_str(payload);
  fields->fs_type = cursor_str(payload);
  fields->parameters = cursor_strs(payload);
  fields->binds = cursor_strs(payload);
  fields->mask = cursor_u32(payload);
  fields->attr_set = cursor_u64(payload);
  fields->attr_clear = cursor_u64(payload);
  fields->rec_set = cursor_u64(payload);
  fields->rec_clear = cursor_u64(payload);
  fields->propagation = cursor_u32s(payload);
}

static void decode_make_directory(struct cursor *payload, struct op_make_directory *fields) {
  fields->path = cursor_str(payload);
  fields->mode = cursor_u32(payload);
}

static void decode_symlink(struct cursor *payload, struct op_symlink *fields) {
  fields->target = cursor_str(payload);
  fields->path = cursor_str(payload);
  fields->keep_existing = cursor_u32(payload);
}

static void decode_make_node(struct cursor *payload, struct op_make_node *fields) {
  fields->path = cursor_str(payload);
  fields->mode = cursor_u32(payload);
  fields->major = cursor_u32(payload);
  fields->minor = cursor_u32(payload);
  fields->uid = cursor_u32(payload);
  fields->gid = cursor_u32(payload);
  fields->bind_fallback = cursor_u32(payload);
}

static void decode_run_hook(struct cursor *payload, struct op_run_hook *fields) {
  fields->path = cursor_str(payload);
  fields->args = cursor_strs(payload);
  fields->env = cursor_strs(payload);
  fields->timeout_ms = cursor_u32(payload);
  fields->state_head = cursor_str(payload);
  fields->state_tail = cursor_str(payload);
}

static void decode_pivot_root(struct cursor *payload, struct op_pivot_root *fields) {
  fields->mode = cursor_u32(payload);
}

static void decode_final_propagation(struct cursor *payload, struct op_final_propagation *fields) {
  fields->flags = cursor_u32(payload);
}

static void decode_console(struct cursor *payload, struct op_console *fields) {
  fields->socket = cursor_slot(payload);
  fields->width = cursor_u32(payload);
  fields->height = cursor_u32(payload);
  fields->bind_console = cursor_u32(payload);
}

static void decode_mask_path(struct cursor *payload, struct op_mask_path *fields) {
  fields->path = cursor_str(payload);
}

static void decode_readonly_path(struct cursor *payload, struct op_readonly_path *fields) {
  fields->path = cursor_str(payload);
}

static void decode_sysctl(struct cursor *payload, struct op_sysctl *fields) {
  fields->path = cursor_str(payload);
  fields->value = cursor_str(payload);
}

static void decode_hostname(struct cursor *payload, struct op_hostname *fields) {
  fields->name = cursor_str(payload);
}

static void decode_domainname(struct cursor *payload, struct op_domainname *fields) {
  fields->name = cursor_str(payload);
}

static void decode_umask(struct cursor *payload, struct op_umask *fields) {
  fields->mask = cursor_u32(payload);
}

static void decode_scheduler(struct cursor *payload, struct op_scheduler *fields) {
  fields->policy = cursor_u32(payload);
  fields->scheduler_flags = cursor_u64(payload);
  fields->nice = cursor_i32(payload);
  fields->priority = cursor_u32(payload);
  fields->runtime = cursor_u64(payload);
  fields->deadline = cursor_u64(payload);
  fields->period = cursor_u64(payload);
}

static void decode_io_priority(struct cursor *payload, struct op_io_priority *fields) {
  fields->value = cursor_u32(payload);
}

static void decode_personality(struct cursor *payload, struct op_personality *fields) {
  fields->domain = cursor_u32(payload);
}

static void decode_memory_policy(struct cursor *payload, struct op_memory_policy *fields) {
  fields->policy = cursor_u32(payload);
  fields->nodes = cursor_bytes(payload);
}

static void decode_security_attribute(struct cursor *payload, struct op_security_attribute *fields) {
  fields->files = cursor_strs(payload);
  fields->value = cursor_str(payload);
  fields->expect = cursor_str(payload);
}

static void decode_label_directory(struct cursor *payload, struct op_label_directory *fields) {
  fields->path = cursor_str(payload);
  fields->label = cursor_str(payload);
}

static void decode_bounding_set(struct cursor *payload, struct op_bounding_set *fields) {
  fields->keep = cursor_u64(payload);
}

static void decode_chown_stdio(struct cursor *payload, struct op_chown_stdio *fields) {
  fields->uid = cursor_u32(payload);
}

static void decode_user(struct cursor *payload, struct op_user *fields) {
  fields->uid = cursor_u32(payload);
  fields->gid = cursor_u32(payload);
  fields->groups = cursor_u32s(payload);
}

static void decode_capabilities(struct cursor *payload, struct op_capabilities *fields) {
  fields->effective = cursor_u64(payload);
  fields->permitted = cursor_u64(payload);
  fields->inheritable = cursor_u64(payload);
  fields->ambient = cursor_u64(payload);
  fields->keep = cursor_u64(payload);
}

static void decode_make_working_directory(struct cursor *payload, struct op_make_working_directory *fields) {
  fields->path = cursor_str(payload);
}

static void decode_chdir(struct cursor *payload, struct op_chdir *fields) {
  fields->path = cursor_str(payload);
  fields->strict = cursor_u32(payload);
}

static void decode_find_executable(struct cursor *payload, struct op_find_executable *fields) {
  fields->file = cursor_str(payload);
  fields->search_path = cursor_str(payload);
}

static void decode_wait_for_start(struct cursor *payload, struct op_wait_for_start *fields) {
  fields->socket = cursor_slot(payload);
}

static void decode_exec(struct cursor *payload, struct op_exec *fields) {
  fields->args = cursor_strs(payload);
  fields->env = cursor_strs(payload);
  fields->preserve_fds = cursor_u32(payload);
  fields->set_home = cursor_u32(payload);
  fields->uid = cursor_u32(payload);
}

static void decode_seccomp(struct cursor *payload, struct op_seccomp *fields) {
  fields->filter = cursor_bytes(payload);
  fields->flags = cursor_u32(payload);
  fields->raise = cursor_u32(payload);
}

static void decode_open_source(struct cursor *payload, struct op_open_source *fields) {
  fields->source = cursor_str(payload);
  fields->recursive = cursor_u32(payload);
  fields->idmap = cursor_u32(payload);
  fields->uid_map = cursor_str(payload);
  fields->gid_map = cursor_str(payload);
  fields->user_namespace = cursor_slot(payload);
}

bool plan_decode_op(uint32_t number, struct cursor *payload, struct plan_op *op) {
  switch (number) {
  case OP_JOIN_NAMESPACE:
    decode_join_namespace(payload, &op->as.join_namespace);
    break;
  case OP_UNSHARE:
    decode_unshare(payload, &op->as.unshare);
    break;
  case OP_ENTER_TIME_NAMESPACE:
    break;
  case OP_FORK_INIT:
    decode_fork_init(payload, &op->as.fork_init);
    break;
  case OP_SYNC:
    decode_sync(payload, &op->as.sync);
    break;
  case OP_BECOME_ROOT:
    break;
  case OP_NEW_SESSION:
    break;
  case OP_SESSION_KEYRING:
    decode_session_keyring(payload, &op->as.session_keyring);
    break;
  case OP_LOOPBACK_UP:
    break;
  case OP_ROOT_PROPAGATION:
    decode_root_propagation(payload, &op->as.root_propagation);
    break;
  case OP_OPEN_ROOTFS:
    decode_open_rootfs(payload, &op->as.open_rootfs);
    break;
  case OP_MOUNT:
    decode_mount(payload, &op->as.mount);
    break;
  case OP_BIND:
    decode_bind(payload, &op->as.bind);
    break;
  case OP_REMOUNT:
    decode_remount(payload, &op->as.remount);
    break;
  case OP_MOUNT_CGROUP:
    decode_mount_cgroup(payload, &op->as.mount_cgroup);
    break;
  case OP_MAKE_DIRECTORY:
    decode_make_directory(payload, &op->as.make_directory);
    break;
  case OP_SYMLINK:
    decode_symlink(payload, &op->as.symlink);
    break;
  case OP_MAKE_NODE:
    decode_make_node(payload, &op->as.make_node);
    break;
  case OP_RUN_HOOK:
    decode_run_hook(payload, &op->as.run_hook);
    break;
  case OP_PIVOT_ROOT:
    decode_pivot_root(payload, &op->as.pivot_root);
    break;
  case OP_FINAL_PROPAGATION:
    decode_final_propagation(payload, &op->as.final_propagation);
    break;
  case OP_CONSOLE:
    decode_console(payload, &op->as.console);
    break;
  case OP_REOPEN_NULL:
    break;
  case OP_ROOT_READONLY:
    break;
  case OP_MASK_PATH:
    decode_mask_path(payload, &op->as.mask_path);
    break;
  case OP_READONLY_PATH:
    decode_readonly_path(payload, &op->as.readonly_path);
    break;
  case OP_SYSCTL:
    decode_sysctl(payload, &op->as.sysctl);
    break;
  case OP_HOSTNAME:
    decode_hostname(payload, &op->as.hostname);
    break;
  case OP_DOMAINNAME:
    decode_domainname(payload, &op->as.domainname);
    break;
  case OP_UMASK:
    decode_umask(payload, &op->as.umask);
    break;
  case OP_NO_NEW_PRIVILEGES:
    break;
  case OP_RESET_AFFINITY:
    break;
  case OP_SCHEDULER:
    decode_scheduler(payload, &op->as.scheduler);
    break;
  case OP_IO_PRIORITY:
    decode_io_priority(payload, &op->as.io_priority);
    break;
  case OP_PERSONALITY:
    decode_personality(payload, &op->as.personality);
    break;
  case OP_MEMORY_POLICY:
    decode_memory_policy(payload, &op->as.memory_policy);
    break;
  case OP_SECURITY_ATTRIBUTE:
    decode_security_attribute(payload, &op->as.security_attribute);
    break;
  case OP_LABEL_DIRECTORY:
    decode_label_directory(payload, &op->as.label_directory);
    break;
  case OP_BOUNDING_SET:
    decode_bounding_set(payload, &op->as.bounding_set);
    break;
  case OP_CHOWN_STDIO:
    decode_chown_stdio(payload, &op->as.chown_stdio);
    break;
  case OP_USER:
    decode_user(payload, &op->as.user);
    break;
  case OP_CAPABILITIES:
    decode_capabilities(payload, &op->as.capabilities);
    break;
  case OP_MAKE_WORKING_DIRECTORY:
    decode_make_working_directory(payload, &op->as.make_working_directory);
    break;
  case OP_CHDIR:
    decode_chdir(payload, &op->as.chdir);
    break;
  case OP_FIND_EXECUTABLE:
    decode_find_executable(payload, &op->as.find_executable);
    break;
  case OP_WAIT_FOR_START:
    decode_wait_for_start(payload, &op->as.wait_for_start);
    break;
  case OP_EXEC:
    decode_exec(payload, &op->as.exec);
    break;
  case OP_SECCOMP:
    decode_seccomp(payload, &op->as.seccomp);
    break;
  case OP_OPEN_SOURCE:
    decode_open_source(payload, &op->as.open_source);
    break;
  case OP_LEAVE:
    break;
  default:
    return false;
  }
  op->number = (enum plan_op_number)number;
  return cursor_is_finished(payload);
}
