import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "vitest";
import type { Config } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { expectRefusal, refused, type WrongConfig } from "../support/refusal.ts";

const withProcess = (values: Record<string, unknown>) => (config: Config) => {
  Object.assign(config.process, values);
};
const withLinux = (values: Record<string, unknown>) => (config: Config) => {
  Object.assign(config.linux, values);
};
const withMount = (mount: Record<string, unknown>) => (config: Config) => {
  config.mounts.push(mount);
};
const withNamespace = (namespace: Record<string, unknown>, replaced?: string) => (config: Config) => {
  const others = config.linux.namespaces.filter(({ type }: { type: string }) => type !== replaced);
  config.linux.namespaces = [...others, namespace];
  if (replaced === "uts") delete config.hostname;
};
const limit = (type: string, soft: number, hard: number) => ({ type, soft, hard });
const without =
  (...path: string[]) =>
  (config: Config) => {
    const name = path.pop()!;
    delete path.reduce((value, key) => value[key], config)[name];
  };

/** The shape: what JSON Schema can say. */
const shapes: WrongConfig[] = [
  { name: "no process", edit: without("process"), at: "/process" },
  { name: "no root", edit: without("root"), at: "/root" },
  { name: "no ociVersion", edit: without("ociVersion"), at: "/ociVersion", runcAccepts: true },
  { name: "no args", edit: without("process", "args"), at: "/process/args" },
  { name: "args that are a string", edit: withProcess({ args: "/bin/true" }), at: "/process/args" },
  {
    name: "an argument that is a number",
    edit: withProcess({ args: ["/bin/true", 1] }),
    at: "/process/args/1",
  },
  { name: "no cwd", edit: without("process", "cwd"), at: "/process/cwd" },
  { name: "a user id of -1", edit: withProcess({ user: { uid: -1, gid: 0 } }), at: "/process/user/uid" },
  {
    name: "a user id of 2^32",
    edit: withProcess({ user: { uid: 2 ** 32, gid: 0 } }),
    at: "/process/user/uid",
  },
  {
    name: "a group id that is text",
    edit: withProcess({ user: { uid: 0, gid: "0" } }),
    at: "/process/user/gid",
  },
  { name: "a terminal that is text", edit: withProcess({ terminal: "yes" }), at: "/process/terminal" },
  {
    name: "capabilities that are a list",
    edit: withProcess({ capabilities: ["CAP_KILL"] }),
    at: "/process/capabilities",
  },
  {
    name: "a capability that is a number",
    edit: withProcess({ capabilities: { bounding: [5] } }),
    at: "/process/capabilities/bounding/0",
  },
  { name: "mounts that are an object", edit: (config) => ({ ...config, mounts: {} }), at: "/mounts" },
  { name: "a hostname that is a number", edit: (config) => ({ ...config, hostname: 5 }), at: "/hostname" },
  {
    name: "a limit of processes that is text",
    edit: withLinux({ resources: { pids: { limit: "many" } } }),
    at: "/linux/resources/pids/limit",
  },
];

/** What the specification says beyond the shape. */
const rules: WrongConfig[] = [
  {
    name: "an ociVersion of another major version",
    edit: (config) => ({ ...config, ociVersion: "9.0.0" }),
    at: "/ociVersion",
    runcAccepts: true,
  },
  { name: "an empty list of args", edit: withProcess({ args: [] }), at: "/process/args" },
  { name: "an empty cwd", edit: withProcess({ cwd: "" }), at: "/process/cwd" },
  { name: "a relative cwd", edit: withProcess({ cwd: "tmp" }), at: "/process/cwd" },
  { name: "a variable with a NUL", edit: withProcess({ env: ["PATH=/bin", "A=\0"] }), at: "/process/env/1" },
  {
    name: "a rlimit of an unknown type",
    edit: withProcess({ rlimits: [limit("RLIMIT_MOOD", 1, 1)] }),
    at: "/process/rlimits/0/type",
  },
  {
    name: "a rlimit with soft above hard",
    edit: withProcess({ rlimits: [limit("RLIMIT_CORE", 2, 1)] }),
    at: /^\/process\/rlimits\/0/,
  },
  {
    name: "the same rlimit twice",
    edit: withProcess({ rlimits: [limit("RLIMIT_CORE", 1, 1), limit("RLIMIT_CORE", 1, 1)] }),
    at: /^\/process\/rlimits\/1/,
    runcAccepts: true,
  },
  { name: "an unknown namespace", edit: withNamespace({ type: "mood" }), at: /^\/linux\/namespaces\/6/ },
  { name: "a namespace twice", edit: withNamespace({ type: "pid" }), at: /^\/linux\/namespaces\/6/ },
  {
    name: "a hostname without a uts namespace",
    edit: withLinux({ namespaces: [{ type: "mount" }, { type: "pid" }] }),
    at: "/hostname",
  },
  {
    name: "mappings without a user namespace",
    edit: withLinux({ uidMappings: [{ containerID: 0, hostID: 1, size: 1 }] }),
    at: "/linux/uidMappings",
    runcAccepts: true,
  },
  { name: "a user namespace without mappings", edit: withNamespace({ type: "user" }), at: /^\/linux/ },
  {
    name: "a sysctl that has no namespace",
    edit: withLinux({ sysctl: { "kernel.panic": "1" } }),
    at: "/linux/sysctl/kernel.panic",
  },
  {
    name: "a sysctl for the hostname",
    edit: withLinux({ sysctl: { "kernel.hostname": "x" } }),
    at: "/linux/sysctl/kernel.hostname",
  },
  {
    name: "a sysctl of the network without a network namespace",
    edit: (config) => {
      withLinux({ sysctl: { "net.ipv4.ip_forward": "1" } })(config);
      config.linux.namespaces = config.linux.namespaces.filter(
        ({ type }: { type: string }) => type !== "network",
      );
    },
    at: "/linux/sysctl/net.ipv4.ip_forward",
  },
  {
    name: "a hook with a relative path",
    edit: (config) => ({ ...config, hooks: { poststop: [{ path: "true" }] } }),
    at: "/hooks/poststop/0/path",
    runcAccepts: true,
  },
  {
    name: "a hook with a timeout of 0",
    edit: (config) => ({ ...config, hooks: { poststop: [{ path: "/bin/true", timeout: 0 }] } }),
    at: "/hooks/poststop/0/timeout",
    runcAccepts: true,
  },
  {
    name: "an unknown rootfsPropagation",
    edit: withLinux({ rootfsPropagation: "viral" }),
    at: "/linux/rootfsPropagation",
  },
  {
    name: "a device of an unknown type",
    edit: withLinux({ devices: [{ path: "/dev/x", type: "x", major: 1, minor: 3 }] }),
    at: "/linux/devices/0/type",
  },
  {
    name: "an unknown seccomp action",
    edit: withLinux({ seccomp: { defaultAction: "SCMP_ACT_MAYBE" } }),
    at: "/linux/seccomp/defaultAction",
  },
  {
    name: "an unknown seccomp action of a rule",
    edit: withLinux({
      seccomp: { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["getcwd"], action: "NO" }] },
    }),
    at: "/linux/seccomp/syscalls/0/action",
  },
  { name: "a mount without a destination", edit: withMount({ type: "tmpfs" }), at: /^\/mounts\/7/ },
  {
    name: "a mount with an empty destination",
    edit: withMount({ destination: "", type: "tmpfs" }),
    at: /^\/mounts\/7/,
  },
];

/** What only the host can say. */
const hosts: WrongConfig[] = [
  {
    name: "a root file system that is missing",
    edit: (config) => ({ ...config, root: { path: "nowhere" } }),
    at: "/root/path",
  },
  {
    name: "a root file system that is a file",
    edit: (config) => ({ ...config, root: { path: "config.json" } }),
    at: "/root/path",
  },
  {
    name: "a mount whose source is missing",
    edit: withMount({ destination: "/tmp", source: "/nowhere", options: ["bind"] }),
    at: /^\/mounts\/7/,
  },
  {
    name: "a mount of an unknown file system",
    edit: withMount({ destination: "/tmp", source: "x", type: "moodfs" }),
    at: /^\/mounts\/7/,
  },
  {
    name: "a mount with data that its file system refuses",
    edit: withMount({ destination: "/tmp", source: "x", type: "tmpfs", options: ["size=big"] }),
    at: /^\/mounts\/7/,
  },
  {
    name: "a mount on a missing directory of a read-only file system",
    edit: withMount({ destination: "/proc/nowhere", source: "x", type: "tmpfs" }),
    at: /^\/mounts\/7/,
  },
  {
    name: "a directory mounted on a file",
    edit: withMount({ destination: "/etc/passwd", source: "x", type: "tmpfs" }),
    at: /^\/mounts\/7/,
  },
  {
    name: "a namespace path that is missing",
    edit: withNamespace({ type: "network", path: "/proc/self/ns/nowhere" }, "network"),
    at: /^\/linux\/namespaces\/5/,
  },
  {
    name: "a namespace path of another type",
    edit: withNamespace({ type: "network", path: "/proc/1/ns/uts" }, "network"),
    at: /^\/linux\/namespaces\/5/,
  },
  {
    name: "a namespace path that is no namespace",
    edit: withNamespace({ type: "uts", path: "/etc/passwd" }, "uts"),
    at: /^\/linux\/namespaces\/5/,
  },
  {
    name: "a quota of processor time that the kernel refuses",
    edit: withLinux({ resources: { cpu: { quota: 1 } } }),
    at: /^\/linux\/resources/,
  },
  {
    name: "processors that the machine lacks",
    edit: withLinux({ resources: { cpu: { cpus: "4000" } } }),
    at: /^\/linux\/resources/,
  },
  {
    name: "a sysctl that does not exist",
    edit: withLinux({ sysctl: { "net.mood": "1" } }),
    at: "/linux/sysctl/net.mood",
  },
  { name: "a cwd that is a file", edit: withProcess({ cwd: "/etc/passwd" }), at: "/process/cwd" },
  { name: "a program that is missing", edit: withProcess({ args: ["/nope"] }), at: "/process/args/0" },
  { name: "a program that is not in PATH", edit: withProcess({ args: ["nope"] }), at: "/process/args/0" },
  {
    name: "a program that is not executable",
    edit: withProcess({ args: ["/etc/plain"] }),
    spoil: (bundle) => writeFileSync(join(bundle, "rootfs/etc/plain"), "#!/bin/sh\n", { mode: 0o644 }),
    at: "/process/args/0",
  },
];

describe("a config with a wrong shape is refused", () => {
  it.for(refused(shapes))("$name", (row, { runtime }) => expectRefusal(runtime, row));
});

describe("a config that breaks a rule is refused", () => {
  it.for(refused(rules))("$name", (row, { runtime }) => expectRefusal(runtime, row));
});

describe("a config that the host cannot fulfil is refused", () => {
  it.for(refused(hosts))("$name", (row, { runtime }) => expectRefusal(runtime, row));
});
