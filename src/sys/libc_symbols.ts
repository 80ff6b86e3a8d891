/**
 * Every foreign function tsrunc calls, once. The adapters (`engine.ts`, `engine_bun.ts`) turn the rows into
 * callables; the wrappers beside this file give them their man page's behaviour.
 *
 * `ptr` takes a Uint8Array (or null). Functions that glibc lacks on older systems go through syscall(2).
 */
export type NativeType = "i32" | "u32" | "i64" | "u64" | "ptr" | "void";

export interface Signature {
  readonly args: readonly NativeType[];
  readonly returns: NativeType;
}
export type SymbolTable = Readonly<Record<string, Signature>>;

/** What the start-up path of every command may use: few, because each one costs time to bind. */
export const libcSymbols = {
  open: { args: ["ptr" /* path */, "i32" /* flags */, "u32" /* mode */], returns: "i32" },
  openat: {
    args: ["i32" /* dirfd */, "ptr" /* path */, "i32" /* flags */, "u32" /* mode */],
    returns: "i32",
  },
  close: { args: ["i32"], returns: "i32" },
  read: { args: ["i32", "ptr" /* buf */, "u64" /* count */], returns: "i64" },
  write: { args: ["i32", "ptr" /* buf */, "u64" /* count */], returns: "i64" },
  mkdir: { args: ["ptr", "u32" /* mode */], returns: "i32" },
  rmdir: { args: ["ptr"], returns: "i32" },
  unlink: { args: ["ptr"], returns: "i32" },
  rename: { args: ["ptr" /* oldpath */, "ptr" /* newpath */], returns: "i32" },
  readlink: { args: ["ptr" /* path */, "ptr" /* buf */, "u64" /* bufsiz */], returns: "i64" },
  statx: {
    args: ["i32" /* dirfd */, "ptr" /* path */, "i32" /* flags */, "u32" /* mask */, "ptr" /* statxbuf */],
    returns: "i32",
  },
  statfs: { args: ["ptr" /* path */, "ptr" /* buf */], returns: "i32" },
  getdents64: { args: ["i32", "ptr" /* dirp */, "u64" /* count */], returns: "i64" },
  fsync: { args: ["i32"], returns: "i32" },
  flock: { args: ["i32", "i32" /* operation */], returns: "i32" },
  fcntl: { args: ["i32", "i32" /* cmd */, "i64" /* arg */], returns: "i32" },
  getcwd: { args: ["ptr" /* buf */, "u64" /* size */], returns: "i64" },
  chdir: { args: ["ptr"], returns: "i32" },
  geteuid: { args: [], returns: "u32" },
  getegid: { args: [], returns: "u32" },
  getpid: { args: [], returns: "i32" },
  umask: { args: ["u32"], returns: "u32" },
  memfd_create: { args: ["ptr" /* name */, "u32" /* flags */], returns: "i32" },
  poll: { args: ["ptr" /* fds */, "u64" /* nfds */, "i32" /* timeout, ms */], returns: "i32" },
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  socketpair: { args: ["i32", "i32", "i32", "ptr" /* sv[2] */], returns: "i32" },
  bind: { args: ["i32", "ptr" /* addr */, "u32" /* addrlen */], returns: "i32" },
  listen: { args: ["i32", "i32" /* backlog */], returns: "i32" },
  connect: { args: ["i32", "ptr" /* addr */, "u32" /* addrlen */], returns: "i32" },
  send: { args: ["i32", "ptr", "u64", "i32" /* flags */], returns: "i64" },
  recv: { args: ["i32", "ptr", "u64", "i32" /* flags */], returns: "i64" },
  waitid: {
    args: ["i32" /* idtype */, "i32" /* id */, "ptr" /* siginfo */, "i32" /* options */],
    returns: "i32",
  },
  prlimit: {
    args: ["i32" /* pid */, "i32" /* resource */, "ptr" /* new_limit */, "ptr" /* old_limit */],
    returns: "i32",
  },
  chown: { args: ["ptr" /* path */, "u32" /* owner */, "u32" /* group */], returns: "i32" },
  fchmod: { args: ["i32" /* fd */, "u32" /* mode */], returns: "i32" },
  isatty: { args: ["i32"], returns: "i32" },
  _exit: { args: ["i32"], returns: "void" },
} as const satisfies SymbolTable;

/** syscall(2) with numbers only: pidfd_open, pidfd_send_signal and the like. */
export const syscallSymbols = {
  syscall: { args: ["i64" /* number */, "i64", "i64", "i64", "i64", "i64"], returns: "i64" },
} as const satisfies SymbolTable;

/** syscall(2) shaped for openat2(dirfd, path, how, size) and bpf-like calls (number, ptr, size). */
export const syscallOpenat2Symbols = {
  syscall: {
    args: ["i64", "i32" /* dirfd */, "ptr" /* path */, "ptr" /* how */, "u64" /* size */],
    returns: "i64",
  },
} as const satisfies SymbolTable;

/** syscall(2) shaped for bpf(cmd, attr, size). */
export const syscallBpfSymbols = {
  syscall: { args: ["i64", "i32" /* cmd */, "ptr" /* attr */, "u64" /* size */], returns: "i64" },
} as const satisfies SymbolTable;

/** What only some commands need. */
export const libcRareSymbols = {
  prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
  sigprocmask: { args: ["i32" /* how */, "ptr" /* set */, "ptr" /* oldset */], returns: "i32" },
  signalfd: { args: ["i32" /* fd */, "ptr" /* mask */, "i32" /* flags */], returns: "i32" },
  tcgetattr: { args: ["i32", "ptr" /* termios */], returns: "i32" },
  tcsetattr: { args: ["i32", "i32" /* action */, "ptr" /* termios */], returns: "i32" },
  ioctl: { args: ["i32", "u64" /* request */, "ptr" /* argument */], returns: "i32" },
  pipe2: { args: ["ptr" /* pipefd[2] */, "i32" /* flags */], returns: "i32" },
  sched_setaffinity: { args: ["i32" /* pid */, "u64" /* cpusetsize */, "ptr" /* mask */], returns: "i32" },
  fchown: { args: ["i32", "u32" /* owner */, "u32" /* group */], returns: "i32" },
  dup: { args: ["i32"], returns: "i32" },
  setns: { args: ["i32" /* fd */, "i32" /* nstype */], returns: "i32" },
  symlink: { args: ["ptr" /* target */, "ptr" /* linkpath */], returns: "i32" },
  access: { args: ["ptr", "i32" /* mode */], returns: "i32" },
  inotify_init1: { args: ["i32" /* flags */], returns: "i32" },
  inotify_add_watch: { args: ["i32", "ptr" /* path */, "u32" /* mask */], returns: "i32" },
} as const satisfies SymbolTable;

/** native/clone_helper.c. All return a value or -errno. */
export const helperSymbols = {
  tsrunc_spawn: { args: ["ptr" /* request */, "u64" /* length */, "ptr" /* pidfd out */], returns: "i64" },
  tsrunc_send: { args: ["i32" /* socket */, "ptr", "u64", "i32" /* fd or -1 */], returns: "i64" },
  tsrunc_forward_signals: { args: ["i32" /* pidfd */, "i32" /* resize pipe or -1 */], returns: "i64" },
  tsrunc_receive: { args: ["i32" /* socket */, "ptr", "u64", "ptr" /* fd out */], returns: "i64" },
} as const satisfies SymbolTable;

/** libseccomp.so.2, as much of it as the cache of filters asks. */
export const libseccompVersionSymbols = {
  /** const struct scmp_version *: three unsigned ints. */
  seccomp_version: { args: [], returns: "u64" },
} as const satisfies SymbolTable;

/** libseccomp.so.2. A scmp_filter_ctx is a pointer that only travels: a number. */
export const libseccompSymbols = {
  seccomp_arch_native: { args: [], returns: "u32" },
  seccomp_init: { args: ["u32" /* def_action */], returns: "u64" },
  seccomp_release: { args: ["u64" /* ctx */], returns: "void" },
  seccomp_arch_add: { args: ["u64" /* ctx */, "u32" /* arch_token */], returns: "i32" },
  seccomp_attr_set: { args: ["u64" /* ctx */, "u32" /* attr */, "u32" /* value */], returns: "i32" },
  seccomp_syscall_resolve_name: { args: ["ptr" /* name */], returns: "i32" },
  seccomp_syscall_resolve_name_arch: { args: ["u32" /* arch_token */, "ptr" /* name */], returns: "i32" },
  seccomp_rule_add_array: {
    args: [
      "u64" /* ctx */,
      "u32" /* action */,
      "i32" /* syscall */,
      "u32" /* arg_cnt */,
      "ptr" /* arg_array */,
    ],
    returns: "i32",
  },
  seccomp_export_bpf: { args: ["u64" /* ctx */, "i32" /* fd */], returns: "i32" },
} as const satisfies SymbolTable;

/** Bytes behind an address that a library gave. */
export const libcMemorySymbols = {
  memcpy: { args: ["ptr" /* dest */, "u64" /* src */, "u64" /* n */], returns: "u64" },
} as const satisfies SymbolTable;

/** A memory file from its start. */
export const libcSeekSymbols = {
  lseek: { args: ["i32", "i64" /* offset */, "i32" /* whence */], returns: "i64" },
} as const satisfies SymbolTable;

/** syscall(2) shaped for seccomp(operation, flags, args). */
export const syscallSeccompSymbols = {
  syscall: { args: ["i64", "u32" /* operation */, "u32" /* flags */, "ptr" /* args */], returns: "i64" },
} as const satisfies SymbolTable;
