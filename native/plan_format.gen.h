/* GENERATED from src/plan/ops.ts by scripts/gen_plan_header.ts. Do not edit. */

#ifndef TSRUNC_PLAN_FORMAT_H
#define TSRUNC_PLAN_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#define PLAN_MAGIC 0x50525354u
#define PLAN_VERSION 1u
#define PLAN_SLOT_COUNT 15u
#define REPLY_PROCEED 1u
#define START_REQUEST 0x474fu
#define START_ACCEPTED 0x4f4bu

enum plan_slot {
  SLOT_NONE = 0,
  SLOT_SYNC = 1,
  SLOT_PROCFS = 2,
  SLOT_CGROUP = 3,
  SLOT_START = 4,
  SLOT_CONSOLE = 5,
  SLOT_NS_USER = 6,
  SLOT_NS_MOUNT = 7,
  SLOT_NS_NETWORK = 8,
  SLOT_NS_PID = 9,
  SLOT_NS_IPC = 10,
  SLOT_NS_UTS = 11,
  SLOT_NS_CGROUP = 12,
  SLOT_NS_TIME = 13,
  SLOT_SOURCES = 14,
};

enum plan_step {
  STEP_NONE = 0,
  STEP_READ_THE_PLAN = 1,
  STEP_ALLOCATE_MEMORY = 2,
  STEP_RESOLVE_THE_PATH = 3,
  STEP_CREATE_THE_MOUNT_POINT = 4,
  STEP_OPEN_THE_SOURCE = 5,
  STEP_OPEN_THE_FILE_SYSTEM = 6,
  STEP_SET_THE_PARAMETER = 7,
  STEP_CREATE_THE_SUPER_BLOCK = 8,
  STEP_CREATE_THE_MOUNT = 9,
  STEP_CLONE_THE_MOUNT_TREE = 10,
  STEP_SET_THE_ATTRIBUTES = 11,
  STEP_SET_THE_PROPAGATION = 12,
  STEP_ATTACH_THE_MOUNT = 13,
  STEP_VERIFY_THE_RESULT = 14,
  STEP_OPEN_THE_FILE = 15,
  STEP_WRITE_THE_FILE = 16,
  STEP_CREATE_THE_NODE = 17,
  STEP_CHANGE_THE_OWNER = 18,
  STEP_CHANGE_THE_MODE = 19,
  STEP_CREATE_THE_SYMLINK = 20,
  STEP_CREATE_THE_DIRECTORY = 21,
  STEP_CHECK_THE_NAMESPACE = 22,
  STEP_JOIN_THE_NAMESPACE = 23,
  STEP_UNSHARE = 24,
  STEP_CLONE = 25,
  STEP_SEND = 26,
  STEP_RECEIVE = 27,
  STEP_SET_THE_GROUPS = 28,
  STEP_SET_THE_GID = 29,
  STEP_SET_THE_UID = 30,
  STEP_KEEP_CAPABILITIES = 31,
  STEP_DROP_THE_CAPABILITY = 32,
  STEP_SET_THE_CAPABILITIES = 33,
  STEP_RAISE_THE_AMBIENT_CAPABILITY = 34,
  STEP_CREATE_THE_SESSION = 35,
  STEP_JOIN_THE_KEYRING = 36,
  STEP_SET_THE_KEY_PERMISSIONS = 37,
  STEP_OPEN_THE_SOCKET = 38,
  STEP_CONFIGURE_THE_INTERFACE = 39,
  STEP_PIVOT = 40,
  STEP_DETACH_THE_OLD_ROOT = 41,
  STEP_CHANGE_THE_ROOT = 42,
  STEP_CHANGE_THE_DIRECTORY = 43,
  STEP_CHECK_THE_DIRECTORY = 44,
  STEP_OPEN_THE_PTY = 45,
  STEP_SET_THE_WINDOW_SIZE = 46,
  STEP_SET_THE_CONTROLLING_TERMINAL = 47,
  STEP_DUPLICATE_THE_DESCRIPTOR = 48,
  STEP_BIND_THE_CONSOLE = 49,
  STEP_SET_THE_HOST_NAME = 50,
  STEP_SET_THE_DOMAIN_NAME = 51,
  STEP_SET_NO_NEW_PRIVS = 52,
  STEP_SET_THE_AFFINITY = 53,
  STEP_FIND_THE_EXECUTABLE = 54,
  STEP_ACCEPT = 55,
  STEP_START_THE_HOOK = 56,
  STEP_WAIT_FOR_THE_HOOK = 57,
  STEP_HOOK_TIMED_OUT = 58,
  STEP_HOOK_FAILED = 59,
  STEP_CLOSE_DESCRIPTORS = 60,
  STEP_EXECUTE = 61,
  STEP_PARENT_DIED = 62,
  STEP_COPY_THE_CONTENT = 63,
  STEP_SET_THE_SCHEDULER = 64,
  STEP_SET_THE_I_O_PRIORITY = 65,
  STEP_SET_THE_PERSONALITY = 66,
  STEP_SET_THE_MEMORY_POLICY = 67,
  STEP_SET_THE_LABEL = 68,
  STEP_RAISE_THE_CAPABILITY = 69,
  STEP_LOAD_THE_FILTER = 70,
  STEP_PASS_THE_LISTENER_ON = 71,
  STEP_CHECK_THE_MOUNT_POINT = 72,
  STEP_MAKE_THE_USER_NAMESPACE = 73,
  STEP_MAP_THE_IDS_OF_THE_MOUNT = 74,
};

enum sync_point {
  SYNC_FORKED = 1,
  SYNC_BEFORE_PIVOT = 2,
  SYNC_READY = 3,
  SYNC_SOURCES = 4,
};

enum message_kind {
  MESSAGE_FORKED = 1,
  MESSAGE_SYNC = 2,
  MESSAGE_WARNING = 3,
  MESSAGE_FAILURE = 4,
  MESSAGE_CREATED = 5,
  MESSAGE_LISTENER = 6,
  MESSAGE_SOURCE = 7,
};

enum path_mode {
  PATH_MODE_IN_ROOT = 0,
  PATH_MODE_NO_SYMLINKS = 1,
};

enum idmap_mode {
  IDMAP_MODE_NONE = 0,
  IDMAP_MODE_TOP = 1,
  IDMAP_MODE_RECURSIVE = 2,
};

enum pivot_mode {
  PIVOT_MODE_PIVOT = 0,
  PIVOT_MODE_MOVE = 1,
  PIVOT_MODE_CHROOT = 2,
};

enum plan_op_number {
  OP_JOIN_NAMESPACE = 1,
  OP_UNSHARE = 2,
  OP_ENTER_TIME_NAMESPACE = 3,
  OP_FORK_INIT = 4,
  OP_SYNC = 5,
  OP_BECOME_ROOT = 6,
  OP_NEW_SESSION = 7,
  OP_SESSION_KEYRING = 8,
  OP_LOOPBACK_UP = 9,
  OP_ROOT_PROPAGATION = 10,
  OP_OPEN_ROOTFS = 11,
  OP_MOUNT = 12,
  OP_BIND = 13,
  OP_REMOUNT = 14,
  OP_MOUNT_CGROUP = 70,
  OP_MAKE_DIRECTORY = 15,
  OP_SYMLINK = 16,
  OP_MAKE_NODE = 17,
  OP_RUN_HOOK = 18,
  OP_PIVOT_ROOT = 19,
  OP_FINAL_PROPAGATION = 20,
  OP_CONSOLE = 21,
  OP_REOPEN_NULL = 22,
  OP_ROOT_READONLY = 23,
  OP_MASK_PATH = 24,
  OP_READONLY_PATH = 25,
  OP_SYSCTL = 26,
  OP_HOSTNAME = 27,
  OP_DOMAINNAME = 28,
  OP_UMASK = 29,
  OP_NO_NEW_PRIVILEGES = 30,
  OP_RESET_AFFINITY = 31,
  OP_SCHEDULER = 50,
  OP_IO_PRIORITY = 51,
  OP_PERSONALITY = 52,
  OP_MEMORY_POLICY = 53,
  OP_SECURITY_ATTRIBUTE = 54,
  OP_LABEL_DIRECTORY = 55,
  OP_BOUNDING_SET = 32,
  OP_CHOWN_STDIO = 33,
  OP_USER = 34,
  OP_CAPABILITIES = 35,
  OP_MAKE_WORKING_DIRECTORY = 36,
  OP_CHDIR = 37,
  OP_FIND_EXECUTABLE = 38,
  OP_WAIT_FOR_START = 39,
  OP_EXEC = 40,
  OP_SECCOMP = 60,
  OP_OPEN_SOURCE = 71,
  OP_LEAVE = 72,
};

/* Views into the mapped plan; the bytes were checked when the op was decoded. */
struct plan_bytes {
  uint32_t length;
  const uint8_t *data;
};

struct plan_strings {
  uint32_t count;
  uint32_t size;
  const uint8_t *first;
};

struct plan_numbers {
  uint32_t count;
  const uint32_t *items;
};

struct op_join_namespace {
  enum plan_slot fd;
  uint32_t flag;
};

struct op_unshare {
  uint32_t flags;
};


struct op_fork_init {
  uint32_t flags;
  enum plan_slot cgroup;
};

struct op_sync {
  uint32_t point;
};



struct op_session_keyring {
  const char *name;
  uint32_t permissions;
};


struct op_root_propagation {
  uint32_t flags;
};

struct op_open_rootfs {
  const char *path;
  uint32_t isolate;
};

struct op_mount {
  const char *destination;
  const char *fs_type;
  const char *source;
  struct plan_strings parameters;
  uint32_t super_flags;
  uint64_t attr_set;
  uint64_t attr_clear;
  uint64_t rec_set;
  uint64_t rec_clear;
  struct plan_numbers propagation;
  uint32_t path_mode;
  uint32_t covers_proc;
  uint32_t copy_up;
  uint32_t copy_mode;
};

struct op_bind {
  const char *source;
  const char *destination;
  uint32_t recursive;
  uint32_t given;
  uint64_t attr_set;
  uint64_t attr_clear;
  uint64_t attr_reset;
  uint64_t rec_set;
  uint64_t rec_clear;
  struct plan_numbers propagation;
  uint32_t path_mode;
  uint32_t covers_proc;
};

struct op_remount {
  const char *destination;
  uint32_t super_flags;
  uint64_t attr_set;
  uint64_t attr_clear;
  uint64_t rec_set;
  uint64_t rec_clear;
  struct plan_numbers propagation;
};

struct op_mount_cgroup {
  const char *destination;
  const char *fs_type;
  struct plan_strings parameters;
  struct plan_strings binds;
  uint32_t mask;
  uint64_t attr_set;
  uint64_t attr_clear;
  uint64_t rec_set;
  uint64_t rec_clear;
  struct plan_numbers propagation;
};

struct op_make_directory {
  const char *path;
  uint32_t mode;
};

struct op_symlink {
  const char *target;
  const char *path;
  uint32_t keep_existing;
};

struct op_make_node {
  const char *path;
  uint32_t mode;
  uint32_t major;
  uint32_t minor;
  uint32_t uid;
  uint32_t gid;
  uint32_t bind_fallback;
};

struct op_run_hook {
  const char *path;
  struct plan_strings args;
  struct plan_strings env;
  uint32_t timeout_ms;
  const char *state_head;
  const char *state_tail;
};

struct op_pivot_root {
  uint32_t mode;
};

struct op_final_propagation {
  uint32_t flags;
};

struct op_console {
  enum plan_slot socket;
  uint32_t width;
  uint32_t height;
  uint32_t bind_console;
};



struct op_mask_path {
  const char *path;
};

struct op_readonly_path {
  const char *path;
};

struct op_sysctl {
  const char *path;
  const char *value;
};

struct op_hostname {
  const char *name;
};

struct op_domainname {
  const char *name;
};

struct op_umask {
  uint32_t mask;
};



struct op_scheduler {
  uint32_t policy;
  uint64_t scheduler_flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
};

struct op_io_priority {
  uint32_t value;
};

struct op_personality {
  uint32_t domain;
};

struct op_memory_policy {
  uint32_t policy;
  struct plan_bytes nodes;
};

struct op_security_attribute {
  struct plan_strings files;
  const char *value;
  const char *expect;
};

struct op_label_directory {
  const char *path;
  const char *label;
};

struct op_bounding_set {
  uint64_t keep;
};

struct op_chown_stdio {
  uint32_t uid;
};

struct op_user {
  uint32_t uid;
  uint32_t gid;
  struct plan_numbers groups;
};

struct op_capabilities {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
  uint64_t ambient;
  uint64_t keep;
};

struct op_make_working_directory {
  const char *path;
};

struct op_chdir {
  const char *path;
  uint32_t strict;
};

struct op_find_executable {
  const char *file;
  const char *search_path;
};

struct op_wait_for_start {
  enum plan_slot socket;
};

struct op_exec {
  struct plan_strings args;
  struct plan_strings env;
  uint32_t preserve_fds;
  uint32_t set_home;
  uint32_t uid;
};

struct op_seccomp {
  struct plan_bytes filter;
  uint32_t flags;
  uint32_t raise;
};

struct op_open_source {
  const char *source;
  uint32_t recursive;
  uint32_t idmap;
  const char *uid_map;
  const char *gid_map;
  enum plan_slot user_namespace;
};


struct plan_op {
  enum plan_op_number number;
  union {
    struct op_join_namespace join_namespace;
    struct op_unshare unshare;
    struct op_fork_init fork_init;
    struct op_sync sync;
    struct op_session_keyring session_keyring;
    struct op_root_propagation root_propagation;
    struct op_open_rootfs open_rootfs;
    struct op_mount mount;
    struct op_bind bind;
    struct op_remount remount;
    struct op_mount_cgroup mount_cgroup;
    struct op_make_directory make_directory;
    struct op_symlink symlink;
    struct op_make_node make_node;
    struct op_run_hook run_hook;
    struct op_pivot_root pivot_root;
    struct op_final_propagation final_propagation;
    struct op_console console;
    struct op_mask_path mask_path;
    struct op_readonly_path readonly_path;
    struct op_sysctl sysctl;
    struct op_hostname hostname;
    struct op_domainname domainname;
    struct op_umask umask;
    struct op_scheduler scheduler;
    struct op_io_priority io_priority;
    struct op_personality personality;
    struct op_memory_policy memory_policy;
    struct op_security_attribute security_attribute;
    struct op_label_directory label_directory;
    struct op_bounding_set bounding_set;
    struct op_chown_stdio chown_stdio;
    struct op_user user;
    struct op_capabilities capabilities;
    struct op_make_working_directory make_working_directory;
    struct op_chdir chdir;
    struct op_find_executable find_executable;
    struct op_wait_for_start wait_for_start;
    struct op_exec exec;
    struct op_seccomp seccomp;
    struct op_open_source open_source;
  } as;
};

struct cursor;

/*
 * Decodes the payload of op `number`. False when the number is unknown, a field is malformed, or bytes are
 * missing or left over.
 */
bool plan_decode_op(uint32_t number, struct cursor *payload, struct plan_op *op);

#endif
