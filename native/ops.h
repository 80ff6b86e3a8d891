/* One function for each operation. They return when it is done and leave through fail() otherwise. */
#ifndef TSRUNC_OPS_H
#define TSRUNC_OPS_H

#include "machine.h"

/* Runs every op of the plan. The last one replaces the process. */
_Noreturn void run_ops(struct machine *machine);

/* ops_stage.c */
void op_join_namespace(struct machine *machine, const struct op_join_namespace *op);
void op_unshare(struct machine *machine, const struct op_unshare *op);
void op_enter_time_namespace(struct machine *machine);
void op_fork_init(struct machine *machine, const struct op_fork_init *op);
void op_sync(const struct op_sync *op);
void op_become_root(struct machine *machine);

/* ops_session.c */
void op_new_session(void);
void op_session_keyring(const struct op_session_keyring *op);
void op_loopback_up(void);
void op_hostname(const struct op_hostname *op);
void op_domainname(const struct op_domainname *op);
void op_umask(const struct op_umask *op);
void op_no_new_privileges(void);
void op_reset_affinity(void);
void op_sysctl(struct machine *machine, const struct op_sysctl *op);

/* ops_mount.c */
void op_root_propagation(const struct op_root_propagation *op);
void op_open_rootfs(struct machine *machine, const struct op_open_rootfs *op);
void op_mount(struct machine *machine, const struct op_mount *op);
void op_bind(struct machine *machine, const struct op_bind *op);
void op_remount(struct machine *machine, const struct op_remount *op);

/* ops_cgroup_mount.c */
void op_mount_cgroup(struct machine *machine, const struct op_mount_cgroup *op);

/* ops_sources.c */
void op_open_source(struct machine *machine, const struct op_open_source *op);
_Noreturn void op_leave(void);

/* ops_nodes.c */
void op_make_directory(struct machine *machine, const struct op_make_directory *op);
void op_symlink(struct machine *machine, const struct op_symlink *op);
void op_make_node(struct machine *machine, const struct op_make_node *op);

/* ops_hook.c */
void op_run_hook(const struct op_run_hook *op);

/* ops_pivot.c */
void op_pivot_root(struct machine *machine, const struct op_pivot_root *op);
void op_final_propagation(const struct op_final_propagation *op);

/* ops_stdio.c */
void op_console(struct machine *machine, const struct op_console *op);
void op_reopen_null(struct machine *machine);
void op_chown_stdio(const struct op_chown_stdio *op);

/* ops_masks.c */
void op_root_readonly(struct machine *machine);
void op_mask_path(struct machine *machine, const struct op_mask_path *op);
void op_readonly_path(struct machine *machine, const struct op_readonly_path *op);

/* ops_scheduling.c */
void op_scheduler(const struct op_scheduler *op);
void op_io_priority(const struct op_io_priority *op);
void op_personality(const struct op_personality *op);
void op_memory_policy(const struct op_memory_policy *op);

/* ops_labels.c */
void op_security_attribute(struct machine *machine, const struct op_security_attribute *op);
void op_label_directory(struct machine *machine, const struct op_label_directory *op);

/* ops_credentials.c */
void op_bounding_set(const struct op_bounding_set *op);
void op_user(struct machine *machine, const struct op_user *op);
void op_capabilities(const struct op_capabilities *op);

/* ops_seccomp.c */
void op_seccomp(struct machine *machine, const struct op_seccomp *op);
/* The filter that op_seccomp() left for now: to be called when only execve(2) is to follow. */
void load_seccomp(const struct machine *machine);

/* ops_program.c */
void op_make_working_directory(struct machine *machine, const struct op_make_working_directory *op);
void op_chdir(const struct op_chdir *op);
void op_find_executable(struct machine *machine, const struct op_find_executable *op);
void op_wait_for_start(struct machine *machine, const struct op_wait_for_start *op);
_Noreturn void op_exec(struct machine *machine, const struct op_exec *op);

#endif
