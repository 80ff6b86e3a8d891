/*
 * The parts of the kernel's interface that the C library may not have: constants, structs and thin
 * wrappers, for Linux 5.12 and later on x86_64 and aarch64.
 *
 * Structs carry their own names, because newer C libraries define some of the kernel's. <sys/mount.h> is
 * never included, for the same reason.
 */
#ifndef TSRUNC_KERNEL_H
#define TSRUNC_KERNEL_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From 424 on, every architecture uses the same numbers. */
#ifndef SYS_open_tree
#define SYS_open_tree 428
#define SYS_move_mount 429
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#define SYS_fspick 433
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

/* mount(2) and umount2(2) */
#define K_MS_RDONLY 0x1u
#define K_MS_NOSUID 0x2u
#define K_MS_NODEV 0x4u
#define K_MS_NOEXEC 0x8u
#define K_MS_SYNCHRONOUS 0x10u
#define K_MS_MANDLOCK 0x40u
#define K_MS_DIRSYNC 0x80u
#define K_MS_MOVE 0x2000u
#define K_MS_REC 0x4000u
#define K_MS_PRIVATE 0x40000u
#define K_MS_SLAVE 0x80000u
#define K_MS_I_VERSION 0x800000u
#define K_MS_LAZYTIME 0x2000000u
#define K_MNT_DETACH 2

/* open_tree(2), move_mount(2), fsopen(2), fsconfig(2), fspick(2), mount_setattr(2) */
#define K_OPEN_TREE_CLONE 1u
#define K_OPEN_TREE_CLOEXEC ((unsigned)O_CLOEXEC)
#define K_MOVE_MOUNT_F_EMPTY_PATH 0x4u
#define K_MOVE_MOUNT_T_EMPTY_PATH 0x40u
#define K_FSOPEN_CLOEXEC 1u
#define K_FSMOUNT_CLOEXEC 1u
#define K_FSPICK_CLOEXEC 1u
#define K_FSPICK_EMPTY_PATH 8u
#define K_FSCONFIG_SET_FLAG 0u
#define K_FSCONFIG_SET_STRING 1u
#define K_FSCONFIG_CMD_CREATE 6u
#define K_FSCONFIG_CMD_RECONFIGURE 7u
#define K_MOUNT_ATTR_RDONLY 0x1u
#define K_MOUNT_ATTR_NOSUID 0x2u
#define K_MOUNT_ATTR_NODEV 0x4u
#define K_MOUNT_ATTR_NOEXEC 0x8u
#define K_MOUNT_ATTR_IDMAP 0x100000u
#define K_AT_RECURSIVE 0x8000u
#define K_AT_EMPTY_PATH 0x1000

struct kernel_mount_attr {
  uint64_t attr_set;
  uint64_t attr_clr;
  uint64_t propagation;
  uint64_t userns_fd;
};

/* openat2(2) */
#define K_RESOLVE_NO_XDEV 0x1u
#define K_RESOLVE_NO_MAGICLINKS 0x2u
#define K_RESOLVE_NO_SYMLINKS 0x4u
#define K_RESOLVE_BENEATH 0x8u
#define K_RESOLVE_IN_ROOT 0x10u

struct kernel_open_how {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};

/* clone(2), clone3(2), setns(2) */
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#define K_CLONE_INTO_CGROUP 0x200000000ull
#define K_NS_GET_NSTYPE 0xb703

struct kernel_clone_args {
  uint64_t flags;
  uint64_t pidfd;
  uint64_t child_tid;
  uint64_t parent_tid;
  uint64_t exit_signal;
  uint64_t stack;
  uint64_t stack_size;
  uint64_t tls;
  uint64_t set_tid;
  uint64_t set_tid_size;
  uint64_t cgroup;
};

/* close_range(2) */
#define K_CLOSE_RANGE_CLOEXEC 4u

/* statfs(2): what a file system says it is. */
#define K_PROC_SUPER_MAGIC 0x9fa0
#define K_DEVPTS_SUPER_MAGIC 0x1cd1
#define K_NSFS_MAGIC 0x6e736673

/* The inode number of the root of every procfs. */
#define K_PROC_ROOT_INO 1

/* memfd_create(2) seals */
#define K_F_GET_SEALS 1034
#define K_F_SEAL_SHRINK 2
#define K_F_SEAL_GROW 4
#define K_F_SEAL_WRITE 8

/* keyctl(2) */
#define K_KEYCTL_JOIN_SESSION_KEYRING 1
#define K_KEYCTL_SETPERM 5
#define K_KEYCTL_DESCRIBE 6

/* capget(2), capset(2), prctl(2) */
#define K_CAPABILITY_VERSION_3 0x20080522u
#define K_PR_CAP_AMBIENT 47
#define K_PR_CAP_AMBIENT_RAISE 2
#define K_PR_CAP_AMBIENT_CLEAR_ALL 4

struct kernel_cap_header {
  uint32_t version;
  int32_t pid;
};

/* One for the low and one for the high 32 capabilities. */
struct kernel_cap_data {
  uint32_t effective;
  uint32_t permitted;
  uint32_t inheritable;
};

/* seccomp(2) and its program, linux/filter.h */
#define K_SECCOMP_SET_MODE_FILTER 1u
#define K_SECCOMP_FILTER_FLAG_NEW_LISTENER 8u
#define K_BPF_MAXINSNS 4096u

struct kernel_sock_filter {
  uint16_t code;
  uint8_t jt;
  uint8_t jf;
  uint32_t k;
};

struct kernel_sock_fprog {
  uint16_t len;
  const struct kernel_sock_filter *filter;
};

/* /dev/ptmx: TIOCGPTPEER, since Linux 4.13 */
#define K_TIOCGPTPEER 0x5441

/* Pseudo terminal slaves: Documentation/admin-guide/devices.txt */
#define K_UNIX98_PTY_SLAVE_MAJOR 136u
#define K_UNIX98_PTY_SLAVE_MAJOR_LAST 143u

static inline int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct kernel_open_how how = {flags, mode, resolve};
  return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

static inline int sys_open_tree(int dir, const char *path, unsigned flags) {
  return (int)syscall(SYS_open_tree, dir, path, flags);
}

/* Attaches the mount behind `mount` to the place behind `target`: no path, so nothing to race with. */
static inline int sys_move_mount_fd(int mount, int target) {
  unsigned flags = K_MOVE_MOUNT_F_EMPTY_PATH | K_MOVE_MOUNT_T_EMPTY_PATH;
  return (int)syscall(SYS_move_mount, mount, "", target, "", flags);
}

static inline int sys_fsopen(const char *type) {
  return (int)syscall(SYS_fsopen, type, K_FSOPEN_CLOEXEC);
}

static inline int sys_fsconfig(int context, unsigned command, const char *key, const char *value) {
  return (int)syscall(SYS_fsconfig, context, command, key, value, 0);
}

static inline int sys_fsmount(int context, unsigned attributes) {
  return (int)syscall(SYS_fsmount, context, K_FSMOUNT_CLOEXEC, attributes);
}

static inline int sys_fspick_fd(int mount) {
  return (int)syscall(SYS_fspick, mount, "", K_FSPICK_CLOEXEC | K_FSPICK_EMPTY_PATH);
}

static inline int sys_mount_setattr_fd(int mount, unsigned flags, const struct kernel_mount_attr *attr) {
  return (int)syscall(SYS_mount_setattr, mount, "", flags | K_AT_EMPTY_PATH, attr, sizeof *attr);
}

static inline int sys_mount(const char *source, const char *target, const char *type, unsigned long flags,
                            const char *data) {
  return (int)syscall(SYS_mount, source, target, type, flags, data);
}

static inline int sys_umount2(const char *target, int flags) {
  return (int)syscall(SYS_umount2, target, flags);
}

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags) {
  return (int)syscall(SYS_close_range, first, last, flags);
}

/* Directly, because C libraries disagree on the type of the request. */
static inline int sys_ioctl(int fd, unsigned long request, const void *argument) {
  return (int)syscall(SYS_ioctl, fd, request, argument);
}

/*
 * The id calls go to the kernel directly. Those of a C library first ask every thread of the process to
 * follow, which costs code and memory here, where there is one.
 */
static inline int sys_setresuid(uid_t uid) {
  return (int)syscall(SYS_setresuid, uid, uid, uid);
}

static inline int sys_setresgid(gid_t gid) {
  return (int)syscall(SYS_setresgid, gid, gid, gid);
}

static inline int sys_setgroups(size_t count, const uint32_t *groups) {
  return (int)syscall(SYS_setgroups, count, groups);
}

#endif
