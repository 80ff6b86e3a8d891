/** Bundles for tests: a busybox root file system and a config like the one `runc spec` writes. */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

// biome-ignore lint/suspicious/noExplicitAny: tests bend configs into every shape, wrong ones included
export type Config = any;

const probe = resolve(import.meta.dirname, "../../build/Release/tsrunc-probe");

const applets =
  "sh cat echo sleep ls id mount true false kill ps hostname mkdir rmdir touch stat head tail grep test env tty " +
  "stty readlink wc dd sync ip umount rm sed sort seq date printf ln chmod chown awk pwd mknod cut tr md5sum";

const busybox = spawnSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).stdout.trim();

/** A root file system with a static busybox and the probe, at `directory`. */
export function makeRootfs(directory: string): void {
  for (const name of ["bin", "proc", "dev", "sys", "tmp", "etc", "root", "run"]) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  copyFileSync(busybox, join(directory, "bin/busybox"));
  for (const applet of applets.split(" ")) symlinkSync("busybox", join(directory, "bin", applet));
  copyFileSync(probe, join(directory, "bin/probe"));
  chmodSync(join(directory, "bin/probe"), 0o755);
  writeFileSync(
    join(directory, "etc/passwd"),
    "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n",
  );
  writeFileSync(join(directory, "etc/group"), "root:x:0:\nuser:x:1000:\n");
}

const capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

/** The config of `runc spec`, without a terminal, with a cgroup namespace. */
export function baseConfig(args: readonly string[]): Config {
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args,
      env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
      cwd: "/",
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      rlimits: [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: "rootfs", readonly: true },
    hostname: "tsrunc-test",
    mounts: [
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
      {
        destination: "/dev/mqueue",
        type: "mqueue",
        source: "mqueue",
        options: ["nosuid", "noexec", "nodev"],
      },
      { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
      {
        destination: "/sys/fs/cgroup",
        type: "cgroup",
        source: "cgroup",
        options: ["nosuid", "noexec", "nodev", "relatime", "ro"],
      },
    ],
    linux: {
      resources: { devices: [{ allow: false, access: "rwm" }] },
      namespaces: ["pid", "network", "ipc", "uts", "mount", "cgroup"].map((type) => ({ type })),
      maskedPaths: ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
      readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    },
  };
}

/**
 * A bundle at `<directory>/<name>`, with the root file system that is there or a new one. `edit` changes the
 * config in place, or returns another one; a string is written as it is.
 */
export function makeBundle(
  directory: string,
  args: readonly string[],
  edit: (config: Config, bundle: string) => unknown = () => undefined,
  name = "bundle",
): string {
  const bundle = join(directory, name);
  mkdirSync(bundle, { recursive: true });
  if (!existsSync(join(bundle, "rootfs"))) makeRootfs(join(bundle, "rootfs"));
  writeConfig(bundle, args, edit);
  return bundle;
}

/** Writes the config of a bundle that exists. */
export function writeConfig(
  bundle: string,
  args: readonly string[],
  edit: (config: Config, bundle: string) => unknown = () => undefined,
): void {
  const config = baseConfig(args);
  const edited = edit(config, bundle) ?? config;
  writeFileSync(
    join(bundle, "config.json"),
    typeof edited === "string" ? edited : JSON.stringify(edited, null, 2),
  );
}
