import { stringifyJson } from "./stringify.ts";
import type { LinuxNamespaceType, Mount, Spec } from "./types.ts";

export interface DefaultSpecOptions {
  readonly rootless: boolean;
  readonly cgroupV2: boolean;
  /** The caller's ids, which a rootless config maps to 0. */
  readonly uid: number;
  readonly gid: number;
}

const CAPABILITIES = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"] as const;
const NAMESPACES: readonly LinuxNamespaceType[] = ["pid", "network", "ipc", "uts", "mount"];

/** The template that `spec` writes. Members stand in the order of the specification, which is printed. */
export function defaultSpec(options: DefaultSpecOptions): Spec {
  const { rootless, cgroupV2, uid, gid } = options;
  const namespaces = NAMESPACES.filter((type) => !(rootless && type === "network"));
  if (cgroupV2) namespaces.push("cgroup");
  if (rootless) namespaces.push("user");
  return {
    ociVersion: "1.3.0",
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ["sh"],
      env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
      cwd: "/",
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      rlimits: [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: "rootfs", readonly: true },
    hostname: "tsrunc",
    mounts: rootless ? MOUNTS.map(rootlessMount) : MOUNTS,
    linux: {
      uidMappings: rootless ? [{ containerID: 0, hostID: uid, size: 1 }] : undefined,
      gidMappings: rootless ? [{ containerID: 0, hostID: gid, size: 1 }] : undefined,
      resources: rootless ? undefined : { devices: [{ allow: false, access: "rwm" }] },
      namespaces: namespaces.map((type) => ({ type })),
      maskedPaths: MASKED_PATHS,
      readonlyPaths: READONLY_PATHS,
    },
  };
}

/** JSON with tabs, as `spec` prints it. */
export function formatSpec(spec: Spec): string {
  return stringifyJson(spec, "\t");
}

/** Only one id is mapped, so no mount can belong to another; and sysfs needs a network namespace to mount. */
function rootlessMount(mount: Mount): Mount {
  if (mount.destination === "/sys") {
    const options = ["rbind", "nosuid", "noexec", "nodev", "ro"];
    return { destination: "/sys", type: "none", source: "/sys", options };
  }
  const options = mount.options?.filter((option) => !/^[ug]id=/.test(option));
  return { ...mount, options };
}

const MOUNTS: readonly Mount[] = [
  { destination: "/proc", type: "proc", source: "proc" },
  {
    destination: "/dev",
    type: "tmpfs",
    source: "tmpfs",
    options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
  },
  {
    destination: "/dev/pts",
    type: "devpts",
    source: "devpts",
    options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
  },
  {
    destination: "/dev/shm",
    type: "tmpfs",
    source: "shm",
    options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"],
  },
  { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"] },
  { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
  {
    destination: "/sys/fs/cgroup",
    type: "cgroup",
    source: "cgroup",
    options: ["nosuid", "noexec", "nodev", "relatime", "ro"],
  },
];

const MASKED_PATHS = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/sys/firmware",
  "/proc/scsi",
] as const;

const READONLY_PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"] as const;
