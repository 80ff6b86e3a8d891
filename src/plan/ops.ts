/**
 * The operations that tsrunc-init can execute: the one source of the wire format.
 *
 * `encode.ts` and `print.ts` walk this table; `scripts/gen_plan_header.ts` turns it into
 * `native/plan_format.gen.h` (numbers, C structs, decoders). Nothing else knows the layout.
 *
 * Wire layout, little-endian, every item aligned to 4 bytes:
 *
 *   header   magic u32 ("TSRP"), version u32, total length u32, slot count u32, op count u32
 *   slots    i32 file descriptor number for each slot, -1 when the slot is unused
 *   ops      op number u16, reserved u16 (0), payload length u32, payload
 *
 * Payload: the fields in the order of the table.
 *   u32, i32   4 bytes
 *   u64, i64   8 bytes (aligned to 4 only)
 *   slot       u32, an index into `slotNames`
 *   str        u32 byte length, the bytes, one NUL, zero padding to 4. The bytes hold no NUL.
 *   bytes      u32 byte length, the bytes, zero padding to 4
 *   strs       u32 count, then that many str
 *   u32s       u32 count, then that many u32
 */

/** "TSRP" read as a little-endian integer. */
export const planMagic = 0x50525354;

/** Raised whenever the meaning of any byte changes; both sides refuse another number. */
export const planVersion = 1;

export type FieldKind = "u32" | "i32" | "u64" | "i64" | "slot" | "str" | "bytes" | "strs" | "u32s";

/**
 * File descriptors that tsrunc opens and init inherits. A plan names them; the launcher knows the numbers.
 */
export const slotNames = [
  "none", // 0: no descriptor
  "sync", // SOCK_SEQPACKET to tsrunc
  "procfs", // O_PATH directory of a verified host procfs
  "cgroup", // directory of the container's cgroup (v2), for CLONE_INTO_CGROUP
  "start", // listening socket that `tsrunc start` connects to
  "console", // socket that receives the pty master
  "ns_user",
  "ns_mount",
  "ns_network",
  "ns_pid",
  "ns_ipc",
  "ns_uts",
  "ns_cgroup",
  "ns_time",
  "sources", // SOCK_SEQPACKET from the helper that opens sources for binds
] as const;
export type SlotName = (typeof slotNames)[number];

/** Points at which init stops until tsrunc answers. The number travels. */
export const syncPoints = {
  /** Sent by the forked init before anything else: tsrunc writes id maps, joins v1 cgroups. */
  forked: 1,
  /** Mounts are done, the old root is still visible: resources, prestart and createRuntime hooks. */
  beforePivot: 2,
  /** Everything but credentials is set: rlimits, final state. */
  ready: 3,
  /** The mount namespace has its propagation: the helper can open the sources of binds in it. */
  sources: 4,
} as const;
export type SyncPointName = keyof typeof syncPoints;

interface OpDefinition {
  readonly number: number;
  readonly fields: Readonly<Record<string, FieldKind>>;
}

export const ops = {
  // ---- stage: the small process that tsrunc spawns; it enters namespaces and forks the real init
  /** setns(2) after checking that the descriptor is an nsfs file of type `flag` (NS_GET_NSTYPE). */
  joinNamespace: { number: 1, fields: { fd: "slot", flag: "u32" } },
  /** unshare(2) with these CLONE_NEW* flags. */
  unshare: { number: 2, fields: { flags: "u32" } },
  /**
   * Enter the time namespace that an earlier `unshare` made for the children of this process. Its offsets can
   * be set until then.
   */
  enterTimeNamespace: { number: 3, fields: {} },
  /**
   * clone3(2) with CLONE_PARENT and these CLONE_NEW* flags, into the cgroup of `cgroup` when that slot is
   * open. The stage reports the pid of the child and exits; the child goes on with the next op.
   */
  forkInit: { number: 4, fields: { flags: "u32", cgroup: "slot" } },
  /** Tell tsrunc and wait for its answer. `point` is one of `syncPoints`. */
  sync: { number: 5, fields: { point: "u32" } },
  /** setgroups(0), setresgid(0,0,0), setresuid(0,0,0), in the user namespace just entered. */
  becomeRoot: { number: 6, fields: {} },

  // ---- session
  /** setsid(2). */
  newSession: { number: 7, fields: {} },
  /** keyctl JOIN_SESSION_KEYRING(name), then add `permissions` to the key's mask. ENOSYS is no error. */
  sessionKeyring: { number: 8, fields: { name: "str", permissions: "u32" } },
  /** Bring the loopback interface of the current network namespace up. */
  loopbackUp: { number: 9, fields: {} },

  // ---- root file system, seen from the host's root
  /** mount(NULL, "/", NULL, flags): propagation of the whole tree. */
  rootPropagation: { number: 10, fields: { flags: "u32" } },
  /**
   * Open the directory `path` (absolute, without symlinks), clone its mount tree, attach the clone over it.
   * All later container paths are resolved under this root. `isolate` 1: our mounts are peers of the host's, so
   * the clone and the mount it goes on become private first. Where the process has no mount namespace of its
   * own (no CLONE_NEWNS before), the directory itself is the root and nothing is attached.
   */
  openRootfs: { number: 11, fields: { path: "str", isolate: "u32" } },
  /**
   * Mount a new file system through fsopen(2)/fsmount(2)/move_mount(2).
   * `parameters` are "key" or "key=value". `sourceMode` bit 0: inherit the mode of an existing directory
   * (tmpfs). `attrSet`/`attrClear` are MOUNT_ATTR_*; `recSet`/`recClear` the same with AT_RECURSIVE;
   * `superFlags` are the MS_* flags of the super block; `propagation` one MS_* flag for each
   * mount_setattr call. `pathMode` is one of `pathModes`. `coversProc` 1: the target may be a file of procfs.
   */
  mount: {
    number: 12,
    fields: {
      destination: "str",
      fsType: "str",
      source: "str",
      parameters: "strs",
      superFlags: "u32",
      attrSet: "u64",
      attrClear: "u64",
      recSet: "u64",
      recClear: "u64",
      propagation: "u32s",
      pathMode: "u32",
      coversProc: "u32",
      copyUp: "u32",
      copyMode: "u32",
    },
  },
  /**
   * Bind `source` (a host path) to `destination`. `recursive` 1: the whole tree. `given` 1: the tree comes from
   * the helper, over the slot `sources`. Attributes as in `mount`; `attrReset` are cleared as well, unless one
   * of them is locked. A missing destination is created: a directory for a directory, else an empty file.
   */
  bind: {
    number: 13,
    fields: {
      source: "str",
      destination: "str",
      recursive: "u32",
      given: "u32",
      attrSet: "u64",
      attrClear: "u64",
      attrReset: "u64",
      recSet: "u64",
      recClear: "u64",
      propagation: "u32s",
      pathMode: "u32",
      coversProc: "u32",
    },
  },
  /** Change the attributes of what is mounted at `destination`: options with `remount`, deferred read-only. */
  remount: {
    number: 14,
    fields: {
      destination: "str",
      superFlags: "u32",
      attrSet: "u64",
      attrClear: "u64",
      recSet: "u64",
      recClear: "u64",
      propagation: "u32s",
    },
  },
  /**
   * Mount a cgroup hierarchy at the directory `destination`: the file system `fsType` with `parameters`, or
   * where that is "" or not permitted, a bind of the first of `binds` that exists. With none, an empty
   * read-only tmpfs hides what is there, if `mask` is 1. Attributes as in `mount`.
   */
  mountCgroup: {
    number: 70,
    fields: {
      destination: "str",
      fsType: "str",
      parameters: "strs",
      binds: "strs",
      mask: "u32",
      attrSet: "u64",
      attrClear: "u64",
      recSet: "u64",
      recClear: "u64",
      propagation: "u32s",
    },
  },
  /** mkdir -p below the root with `mode` for what is missing. */
  makeDirectory: { number: 15, fields: { path: "str", mode: "u32" } },
  /** symlink(2) `target` at `path`. An existing entry of any kind is left alone when `keepExisting` is 1. */
  symlink: { number: 16, fields: { target: "str", path: "str", keepExisting: "u32" } },
  /**
   * A device node. `mode` carries S_IFCHR, S_IFBLK or S_IFIFO and the permission bits. Where mknod(2) is
   * not permitted and `bindFallback` is 1, the host's `path` is bound instead. An existing node of the same
   * type and number is kept, anything else is an error.
   */
  makeNode: {
    number: 17,
    fields: {
      path: "str",
      mode: "u32",
      major: "u32",
      minor: "u32",
      uid: "u32",
      gid: "u32",
      bindFallback: "u32",
    },
  },
  /**
   * Run a hook: `path` as init sees it now, `args` with argv[0], `env`, and on its stdin the state JSON
   * `stateHead` + own pid + `stateTail`. `timeoutMs` 0 means none.
   */
  runHook: {
    number: 18,
    fields: {
      path: "str",
      args: "strs",
      env: "strs",
      timeoutMs: "u32",
      stateHead: "str",
      stateTail: "str",
    },
  },
  /** Make the root the root. `mode`: one of `pivotModes`. Afterwards the root fd is "/". */
  pivotRoot: { number: 19, fields: { mode: "u32" } },

  // ---- inside the new root
  /** Set the propagation of "/" itself (MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE, with MS_REC). */
  finalPropagation: { number: 20, fields: { flags: "u32" } },
  /**
   * Allocate a pty on the container's /dev/pts, send the master over `socket`, make the slave stdin, stdout,
   * stderr and the controlling terminal, and bind it on /dev/console when `bindConsole` is 1.
   */
  console: { number: 21, fields: { socket: "slot", width: "u32", height: "u32", bindConsole: "u32" } },
  /** Replace those of fd 0-2 that are the host's /dev/null by the container's. */
  reopenNull: { number: 22, fields: {} },
  /** mount_setattr(2) MOUNT_ATTR_RDONLY on "/". */
  rootReadonly: { number: 23, fields: {} },
  /** Make `path` unreadable: a file by /dev/null (verified 1:3), a directory by a shared empty tmpfs. */
  maskPath: { number: 24, fields: { path: "str" } },
  /** Bind `path` on itself read-only, keeping its other attributes. */
  readonlyPath: { number: 25, fields: { path: "str" } },
  /** Write `value` to /proc/sys/`path` through the verified procfs. */
  sysctl: { number: 26, fields: { path: "str", value: "str" } },
  hostname: { number: 27, fields: { name: "str" } },
  domainname: { number: 28, fields: { name: "str" } },
  umask: { number: 29, fields: { mask: "u32" } },
  noNewPrivileges: { number: 30, fields: {} },
  /** sched_setaffinity(2) to every CPU: the kernel clips it to the cpuset. Failure is a warning. */
  resetAffinity: { number: 31, fields: {} },
  /**
   * sched_setattr(2) of init. `schedulerFlags` are SCHED_FLAG_*; the last three count for SCHED_DEADLINE only,
   * in nanoseconds.
   */
  scheduler: {
    number: 50,
    fields: {
      policy: "u32",
      schedulerFlags: "u64",
      nice: "i32",
      priority: "u32",
      runtime: "u64",
      deadline: "u64",
      period: "u64",
    },
  },
  /** ioprio_set(2) of init's process group: class and level in one number. */
  ioPriority: { number: 51, fields: { value: "u32" } },
  /** personality(2). */
  personality: { number: 52, fields: { domain: "u32" } },
  /** set_mempolicy(2). `policy` includes MPOL_F_*; `nodes` is the bit mask, a multiple of 8 bytes long. */
  memoryPolicy: { number: 53, fields: { policy: "u32", nodes: "bytes" } },
  /**
   * Write `value` to the first of `files` in /proc/self/attr that exists, then read it back: what is there
   * must start with `expect` and not be empty. An empty `value` unsets the attribute; nothing is read then.
   */
  securityAttribute: { number: 54, fields: { files: "strs", value: "str", expect: "str" } },
  /** Set the security.selinux attribute of the directory at `path`, for file systems without context=. */
  labelDirectory: { number: 55, fields: { path: "str", label: "str" } },

  // ---- credentials and the program
  /** Drop every capability of the bounding set that is not in `keep`. */
  boundingSet: { number: 32, fields: { keep: "u64" } },
  /** fchown stdin, stdout, stderr to `uid`, except null devices; EPERM, EROFS and EINVAL are no errors. */
  chownStdio: { number: 33, fields: { uid: "u32" } },
  /**
   * setgroups(2), setresgid(2), setresuid(2), keeping capabilities across the change. setgroups is skipped
   * where it is refused and /proc/self/setgroups says deny.
   */
  user: { number: 34, fields: { uid: "u32", gid: "u32", groups: "u32s" } },
  /**
   * capset(2) and the ambient set. Bits that cannot be raised are reported as warnings. `keep` stays permitted
   * as well, for a later op; execve(2) takes it away.
   */
  capabilities: {
    number: 35,
    fields: { effective: "u64", permitted: "u64", inheritable: "u64", ambient: "u64", keep: "u64" },
  },
  /** Create `path` (0755) as init's root user, when it is missing. */
  makeWorkingDirectory: { number: 36, fields: { path: "str" } },
  /** chdir(2) as root; EACCES is left for the second `chdir`, which is strict. Verified with getcwd(2). */
  chdir: { number: 37, fields: { path: "str", strict: "u32" } },
  /** Find and check the program, so that a missing one is an error of `create`. */
  findExecutable: { number: 38, fields: { file: "str", searchPath: "str" } },
  /**
   * Tell tsrunc that the container is created, close `sync`, wait on the `start` socket. With the socket
   * "none" init does not wait, and `sync` stays open for a failure of `exec`; its end of file is success.
   */
  waitForStart: { number: 39, fields: { socket: "slot" } },
  /**
   * Close every descriptor from 3 + `preserveFds` up and execve(2) what findExecutable found. When `setHome`
   * is 1 and env has no HOME, HOME comes from the container's /etc/passwd by `uid`, else "/".
   */
  exec: {
    number: 40,
    fields: { args: "strs", env: "strs", preserveFds: "u32", setHome: "u32", uid: "u32" },
  },
  /**
   * seccomp(2) with the instructions `filter` (struct sock_filter) and `flags`. With SECCOMP_FILTER_FLAG_
   * NEW_LISTENER it is loaded now, and tsrunc gets the descriptor in a `listener` message. Else it is loaded
   * by `exec`, right before execve(2). `raise` 1: make the permitted CAP_SYS_ADMIN effective for it.
   */
  seccomp: { number: 60, fields: { filter: "bytes", flags: "u32", raise: "u32" } },

  // ---- the helper that opens sources where init may not
  /**
   * Clone the mount tree at `source` and send it in a `source` message. `idmap`: one of `idmapModes`, by a user
   * namespace with `uidMap` and `gidMap`, or by the one of the slot when these are "".
   */
  openSource: {
    number: 71,
    fields: {
      source: "str",
      recursive: "u32",
      idmap: "u32",
      uidMap: "str",
      gidMap: "str",
      userNamespace: "slot",
    },
  },
  /** Exit with status 0. */
  leave: { number: 72, fields: {} },
} as const satisfies Readonly<Record<string, OpDefinition>>;

export type OpName = keyof typeof ops;

/** How a mount target is resolved. */
export const pathModes = {
  /** Symlinks are followed below the root (RESOLVE_IN_ROOT). */
  inRoot: 0,
  /** No component may be a symlink: /proc, /sys. CVE-2019-19921. */
  noSymlinks: 1,
} as const;

export const idmapModes = {
  none: 0,
  /** The topmost mount of the tree. */
  top: 1,
  /** Every mount of the tree. */
  recursive: 2,
} as const;

export const pivotModes = {
  /** pivot_root(".", ".") and a lazy unmount of the old root. */
  pivot: 0,
  /** MS_MOVE and chroot (`--no-pivot`). */
  move: 1,
  /** chroot only: the container has no mount namespace of its own. */
  chroot: 2,
} as const;

/**
 * What init was doing when it failed. Init reports the number, `report.ts` makes the words.
 * The order is the wire format; add at the end.
 */
export const steps = [
  "none",
  "read the plan",
  "allocate memory",
  "resolve the path",
  "create the mount point",
  "open the source",
  "open the file system",
  "set the parameter",
  "create the super block",
  "create the mount",
  "clone the mount tree",
  "set the attributes",
  "set the propagation",
  "attach the mount",
  "verify the result",
  "open the file",
  "write the file",
  "create the node",
  "change the owner",
  "change the mode",
  "create the symlink",
  "create the directory",
  "check the namespace",
  "join the namespace",
  "unshare",
  "clone",
  "send",
  "receive",
  "set the groups",
  "set the gid",
  "set the uid",
  "keep capabilities",
  "drop the capability",
  "set the capabilities",
  "raise the ambient capability",
  "create the session",
  "join the keyring",
  "set the key permissions",
  "open the socket",
  "configure the interface",
  "pivot",
  "detach the old root",
  "change the root",
  "change the directory",
  "check the directory",
  "open the pty",
  "set the window size",
  "set the controlling terminal",
  "duplicate the descriptor",
  "bind the console",
  "set the host name",
  "set the domain name",
  "set no_new_privs",
  "set the affinity",
  "find the executable",
  "accept",
  "start the hook",
  "wait for the hook",
  "hook timed out",
  "hook failed",
  "close descriptors",
  "execute",
  "parent died",
  "copy the content",
  "set the scheduler",
  "set the I/O priority",
  "set the personality",
  "set the memory policy",
  "set the label",
  "raise the capability",
  "load the filter",
  "pass the listener on",
  "check the mount point",
  "make the user namespace",
  "map the ids of the mount",
] as const;
export type StepName = (typeof steps)[number];

/**
 * Messages from init to tsrunc: one SOCK_SEQPACKET record each.
 *   u32 kind, u32 op index, u32 step, i32 errno, i32 value, then text without NUL (at most 2048 bytes)
 */
export const messageKinds = {
  /**
   * `value` is the pid of the forked init, in the pid namespace of tsrunc; errno is not 0 when it could not be
   * born in the cgroup.
   */
  forked: 1,
  /** `value` is the sync point that init waits at. */
  sync: 2,
  /** A step that may fail did; init goes on. */
  warning: 3,
  /** Init is about to exit. `value`: hook exit status (wait(2) format) where step says so. */
  failure: 4,
  /** Everything up to the start socket is done. */
  created: 5,
  /** Carries a descriptor (SCM_RIGHTS): the seccomp listener of a filter with NOTIFY. */
  listener: 6,
  /** From the helper to init, with a descriptor: the tree that an `openSource` has cloned. */
  source: 7,
} as const;

/** The answer to `sync`: one u32. Anything but `proceed`, or end of file, makes init exit. */
export const replyProceed = 1;

/**
 * Bytes on the start socket (SOCK_SEQPACKET): tsrunc sends one u32 `startRequest`; init answers with a
 * `started` byte record (u32 startAccepted) at once; then either end of file (the program runs) or one
 * failure message in the format above.
 */
export const startRequest = 0x474f;
export const startAccepted = 0x4f4b;
