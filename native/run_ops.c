#include "ops.h"
#include "report.h"

#include <errno.h>

/* The one switch over the operations. It has no default, so the compiler names an op that is forgotten. */
static void run_op(struct machine *machine, const struct plan_op *op) {
  switch (op->number) {
  case OP_JOIN_NAMESPACE: return op_join_namespace(machine, &op->as.join_namespace);
  case OP_UNSHARE: return op_unshare(machine, &op->as.unshare);
  case OP_ENTER_TIME_NAMESPACE: return op_enter_time_namespace(machine);
  case OP_FORK_INIT: return op_fork_init(machine, &op->as.fork_init);
  case OP_SYNC: return op_sync(&op->as.sync);
  case OP_BECOME_ROOT: return op_become_root(machine);
  case OP_NEW_SESSION: return op_new_session();
  case OP_SESSION_KEYRING: return op_session_keyring(&op->as.session_keyring);
  case OP_LOOPBACK_UP: return op_loopback_up();
  case OP_ROOT_PROPAGATION: return op_root_propagation(&op->as.root_propagation);
  case OP_OPEN_ROOTFS: return op_open_rootfs(machine, &op->as.open_rootfs);
  case OP_MOUNT: return op_mount(machine, &op->as.mount);
  case OP_BIND: return op_bind(machine, &op->as.bind);
  case OP_REMOUNT: return op_remount(machine, &op->as.remount);
  case OP_MOUNT_CGROUP: return op_mount_cgroup(machine, &op->as.mount_cgroup);
  case OP_MAKE_DIRECTORY: return op_make_directory(machine, &op->as.make_directory);
  case OP_SYMLINK: return op_symlink(machine, &op->as.symlink);
  case OP_MAKE_NODE: return op_make_node(machine, &op->as.make_node);
  case OP_RUN_HOOK: return op_run_hook(&op->as.run_hook);
  case OP_PIVOT_ROOT: return op_pivot_root(machine, &op->as.pivot_root);
  case OP_FINAL_PROPAGATION: return op_final_propagation(&op->as.final_propagation);
  case OP_CONSOLE: return op_console(machine, &op->as.console);
  case OP_REOPEN_NULL: return op_reopen_null(machine);
  case OP_ROOT_READONLY: return op_root_readonly(machine);
  case OP_MASK_PATH: return op_mask_path(machine, &op->as.mask_path);
  case OP_READONLY_PATH: return op_readonly_path(machine, &op->as.readonly_path);
  case OP_SYSCTL: return op_sysctl(machine, &op->as.sysctl);
  case OP_HOSTNAME: return op_hostname(&op->as.hostname);
  case OP_DOMAINNAME: return op_domainname(&op->as.domainname);
  case OP_UMASK: return op_umask(&op->as.umask);
  case OP_NO_NEW_PRIVILEGES: return op_no_new_privileges();
  case OP_RESET_AFFINITY: return op_reset_affinity();
  case OP_SCHEDULER: return op_scheduler(&op->as.scheduler);
  case OP_IO_PRIORITY: return op_io_priority(&op->as.io_priority);
  case OP_PERSONALITY: return op_personality(&op->as.personality);
  case OP_MEMORY_POLICY: return op_memory_policy(&op->as.memory_policy);
  case OP_SECURITY_ATTRIBUTE: return op_security_attribute(machine, &op->as.security_attribute);
  case OP_LABEL_DIRECTORY: return op_label_directory(machine, &op->as.label_directory);
  case OP_BOUNDING_SET: return op_bounding_set(&op->as.bounding_set);
  case OP_CHOWN_STDIO: return op_chown_stdio(&op->as.chown_stdio);
  case OP_USER: return op_user(machine, &op->as.user);
  case OP_CAPABILITIES: return op_capabilities(&op->as.capabilities);
  case OP_MAKE_WORKING_DIRECTORY: return op_make_working_directory(machine, &op->as.make_working_directory);
  case OP_CHDIR: return op_chdir(&op->as.chdir);
  case OP_FIND_EXECUTABLE: return op_find_executable(machine, &op->as.find_executable);
  case OP_WAIT_FOR_START: return op_wait_for_start(machine, &op->as.wait_for_start);
  case OP_SECCOMP: return op_seccomp(machine, &op->as.seccomp);
  case OP_OPEN_SOURCE: return op_open_source(machine, &op->as.open_source);
  case OP_LEAVE: op_leave();
  case OP_EXEC: op_exec(machine, &op->as.exec);
  }
}

_Noreturn void run_ops(struct machine *machine) {
  struct cursor cursor = machine->plan.ops;
  for (uint32_t i = 0; i < machine->plan.op_count; i++) {
    struct plan_op op;
    report_op(i);
    /* plan_check() has decoded every op before, and the plan is sealed. */
    if (!plan_next(&cursor, &op)) fail(STEP_READ_THE_PLAN, EBADMSG, NULL);
    run_op(machine, &op);
  }
  fail(STEP_EXECUTE, ENODATA, NULL);
}
