import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { chownTree } from "../support/id_mappings.ts";
import { inOwnMounts } from "../support/mount_namespace.ts";
import { namespaceOf } from "../support/proc.ts";
import { isTsrunc, type Result, type Runtime, runtimePath, waitUntil } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

const user = 1000;
const asUser = ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"];

/** What `spec --rootless` makes of a config. */
function rootless(config: Config): void {
  config.linux.namespaces = [
    ...config.linux.namespaces.filter(({ type }: Config) => !["network", "cgroup"].includes(type)),
    { type: "user" },
  ];
  config.linux.uidMappings = [{ containerID: 0, hostID: user, size: 1 }];
  config.linux.gidMappings = [{ containerID: 0, hostID: user, size: 1 }];
  delete config.linux.resources;
  for (const mount of config.mounts) {
    mount.options = mount.options?.filter((option: string) => !/^[ug]id=/.test(option));
    if (mount.destination === "/sys") {
      const options = ["rbind", "nosuid", "noexec", "nodev", "ro"];
      Object.assign(mount, { type: "none", source: "/sys", options });
    }
  }
}

/** Two ranges: the user itself as root, and ids that /etc/subuid has to grant. */
function manyIds(config: Config): void {
  rootless(config);
  const mappings = [
    { containerID: 0, hostID: user, size: 1 },
    { containerID: 1, hostID: 500_000, size: 1000 },
  ];
  config.linux.uidMappings = mappings;
  config.linux.gidMappings = mappings;
}

type Edit = (config: Config, bundle: string) => void;

/** A bundle that belongs to the user, and a state root in which the user may write. */
function userBundle(runtime: Runtime, args: readonly string[], edit: Edit = rootless): string {
  const bundle = makeBundle(runtime.directory, args, edit);
  chownTree(bundle, user);
  mkdirSync(runtime.root, { recursive: true });
  // For the state and the log.
  for (const directory of [runtime.directory, runtime.root]) chownSync(directory, user, user);
  return bundle;
}

/** `run` in the foreground as the user. */
function runAsUser(
  runtime: Runtime,
  script: string,
  edit?: Edit,
  through: readonly string[] = asUser,
  flags: readonly string[] = [],
): Result {
  const bundle = userBundle(runtime, ["sh", "-c", script], edit);
  return runtime.call([...flags, "run", "--bundle", bundle, runtime.newId()], { through });
}

function output(result: Result): string {
  expect(result).toMatchObject({ status: 0, stderr: "" });
  return result.stdout.trim();
}

describe("a user without privileges", () => {
  it("runs a container in which it is root, and nobody else is anybody", ({ runtime }) => {
    const script = "id -u; id -g; cat /proc/self/uid_map /proc/self/setgroups; stat -c %u / /bin/busybox";
    const lines = output(runAsUser(runtime, script)).split("\n");
    expect(lines.map((line) => line.trim().replace(/\s+/g, " "))).toEqual([
      "0",
      "0",
      `0 ${user} 1`,
      "deny",
      "0",
      "0",
    ]);
  });

  it("has the usual mounts and nodes there", ({ runtime }) => {
    const script =
      "echo x >/dev/null && head -c 2 /dev/zero | wc -c && stat -f -c %T /proc /dev /dev/shm && ls -d /sys/class /sys/fs/cgroup";
    expect(output(runAsUser(runtime, script))).toBe("2\nproc\ntmpfs\ntmpfs\n/sys/class\n/sys/fs/cgroup");
  });

  it("creates, starts, asks, kills and deletes", async ({ runtime }) => {
    const bundle = userBundle(runtime, waits);
    const id = runtime.newId();
    const call = (...args: string[]) => runtime.ok(args, { through: asUser });
    const status = () => JSON.parse(call("state", id)).status;
    runtime.ok(["create", "--bundle", bundle, id], {
      through: asUser,
      outputFile: join(runtime.directory, "out"),
    });
    expect(status()).toBe("created");
    const { pid } = JSON.parse(call("state", id));
    expect(namespaceOf(pid, "user")).not.toBe(namespaceOf("self", "user"));
    call("start", id);
    expect(status()).toBe("running");
    expect(call("list")).toContain(id);
    call("kill", id, "TERM");
    await waitUntil(() => status() === "stopped", "the container has stopped");
    call("delete", id);
    expect(runtime.call(["state", id], { through: asUser }).status).toBe(1);
  });

  it("deletes by force what runs", ({ runtime }) => {
    const bundle = userBundle(runtime, waits);
    const id = runtime.newId();
    runtime.ok(["run", "--detach", "--bundle", bundle, id], {
      through: asUser,
      outputFile: join(runtime.directory, "out"),
    });
    runtime.ok(["delete", "--force", id], { through: asUser });
    expect(runtime.call(["state", id], { through: asUser }).status).toBe(1);
  });

  it("keeps its states in XDG_RUNTIME_DIR", ({ runtime }) => {
    const bundle = userBundle(runtime, ["true"]);
    const directory = join(runtime.directory, "xdg");
    mkdirSync(directory);
    chownSync(directory, user, user);
    const env = { PATH: process.env.PATH!, XDG_RUNTIME_DIR: directory };
    const command = [...asUser.slice(1), runtimePath, "run", "--bundle", bundle, runtime.newId()];
    const { status } = spawnSync(asUser[0]!, command, { env, stdio: "ignore" });
    expect(status).toBe(0);
    expect(existsSync(join(directory, isTsrunc ? "tsrunc" : "runc"))).toBe(true);
  });

  it.skipIf(!isTsrunc)("is told what to do when there is no place for its states", ({ runtime }) => {
    const bundle = userBundle(runtime, ["true"]);
    const command = [...asUser, runtimePath, "run", "--bundle", bundle, runtime.newId()];
    const { status, stderr } = spawnSync("env", ["-i", ...command], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/cannot create the state root: .*permission denied.*XDG_RUNTIME_DIR/);
  });

  it("needs nothing but what spec --rootless writes", ({ runtime }) => {
    const bundle = userBundle(runtime, ["true"]);
    spawnSync("rm", [join(bundle, "config.json")]);
    runtime.ok(["spec", "--rootless", "--bundle", bundle], { through: asUser });
    const command = [
      ...asUser,
      runtimePath,
      "--root",
      runtime.root,
      "run",
      "--bundle",
      bundle,
      runtime.newId(),
    ];
    // The config wants a terminal: script(1) is one.
    const { status, stdout } = spawnSync(
      "script",
      ["--quiet", "--return", "--command", command.join(" "), "/dev/null"],
      {
        input: "id -u; exit 7\n",
        encoding: "utf8",
      },
    );
    expect(stdout).toMatch(/\n0\r?\n/);
    expect(status).toBe(7);
  });

  it("cannot do without a user namespace", ({ runtime }) => {
    const result = runAsUser(runtime, "true", (config) => {
      rootless(config);
      config.linux.namespaces = config.linux.namespaces.filter(({ type }: Config) => type !== "user");
      for (const name of ["uidMappings", "gidMappings"]) delete config.linux[name];
    });
    expect(result.status).toBe(1);
    if (isTsrunc) expect(result.stderr).toMatch(/rootless containers need a user namespace/i);
  });

  it("leaves nothing of its own behind as root's", ({ runtime }) => {
    output(runAsUser(runtime, "true"));
    expect(lstatSync(runtime.root).uid).toBe(user);
  });
});

/** Private copies of /etc/passwd, /etc/subuid and /etc/subgid, as the user sees them. */
function withSubIds(runtime: Runtime, granted: boolean): readonly string[] {
  const directory = join(runtime.directory, "etc");
  mkdirSync(directory);
  const line = granted ? `tsrunctest:500000:1000\n` : "";
  const passwd = `${readFileSync("/etc/passwd", "utf8")}tsrunctest:x:${user}:${user}::/:/bin/sh\n`;
  const files = { passwd, subuid: line, subgid: line };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(directory, name), text);
    chmodSync(join(directory, name), 0o644);
  }
  const binds = Object.keys(files).map((name) => `mount --bind ${directory}/${name} /etc/${name}`);
  return [...inOwnMounts(binds.join("; ")).through, ...asUser];
}

const hasTools = existsSync("/usr/bin/newuidmap") && existsSync("/etc/subuid") && existsSync("/etc/subgid");

// The tools are in Debian's package uidmap.
describe.skipIf(!hasTools)("more ids than the own one", () => {
  it("come from newuidmap and newgidmap, as far as /etc/subuid and /etc/subgid grant them", ({ runtime }) => {
    const edit: Edit = (config) => {
      manyIds(config);
      config.process.user = { uid: 7, gid: 8 };
    };
    const script = "id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups";
    const lines = output(runAsUser(runtime, script, edit, withSubIds(runtime, true))).split("\n");
    expect(lines.map((line) => line.trim().replace(/\s+/g, " "))).toEqual([
      "7",
      "8",
      `0 ${user} 1`,
      "1 500000 1000",
      `0 ${user} 1`,
      "1 500000 1000",
      "allow",
    ]);
  });

  it("that are not granted are an error with the lines that would grant them", ({ runtime }) => {
    const { status, stderr } = runAsUser(runtime, "true", manyIds, withSubIds(runtime, false));
    expect(status).toBe(1);
    if (!isTsrunc) return;
    expect(stderr).toMatch(/newgidmap: .*not allowed/);
    expect(stderr).toContain("1000:500000:1000");
    expect(stderr).toContain("/etc/subgid");
    expect(stderr).toContain("/linux/gidMappings");
  });
});

describe("without delegation of cgroups", () => {
  it("a limit is refused with the reason", ({ runtime }) => {
    const { status, stderr } = runAsUser(runtime, "true", (config) => {
      rootless(config);
      config.linux.resources = { memory: { limit: 100_000_000 } };
    });
    expect(status).toBe(1);
    if (isTsrunc) expect(stderr).toMatch(/rootless needs no limits \+ no cgrouppath/);
  });

  it("a path is refused with the reason", ({ runtime }) => {
    const { status, stderr } = runAsUser(runtime, "true", (config) => {
      rootless(config);
      config.linux.cgroupsPath = "/tsrunctest-nobody/may";
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/rootless needs no limits \+ no cgrouppath|ermission denied/);
    if (isTsrunc) expect(stderr).toMatch(/is not delegated to the caller/);
  });

  // runc leaves the tmpfs above the v1 hierarchies writable.
  it.skipIf(!isTsrunc)("a cgroup mount shows nothing that can be written", ({ runtime }) => {
    const script =
      "for each in /sys/fs/cgroup /sys/fs/cgroup/*; do touch $each/x 2>/dev/null && echo $each; done; :";
    expect(output(runAsUser(runtime, script))).toBe("");
  });
});

describe("with delegation of a cgroup in the unified cgroup view", () => {
  it.override({ view: "unified" });

  it("the container has a cgroup of its own in it", async ({ runtime }) => {
    const name = `tsrunctest-delegated-${process.pid}`;
    const bundle = userBundle(runtime, waits, (config) => {
      rootless(config);
      config.linux.cgroupsPath = `/${name}/c`;
    });
    const id = runtime.newId();
    // A cgroup of the test in a private view, with a place for the runtime, which has to be below it as well.
    const directory = `/sys/fs/cgroup/${name}`;
    const script = `mkdir ${directory} ${directory}/own && chown -R ${user}:${user} ${directory} && echo $$ >${directory}/own/cgroup.procs && exec "$@"`;
    const mounted = ["unshare", "--mount", "--propagation", "private", "sh", "-c"];
    const unify = "[ -e /sys/fs/cgroup/cgroup.controllers ] || mount -t cgroup2 none /sys/fs/cgroup";
    const view = `{ ${unify}; } && ${script}`;
    const asTheUser = [...mounted, view, "sh", ...asUser];
    const plain = [...mounted, `{ ${unify}; } && exec "$@"`, "sh"];
    const run = (through: readonly string[], args: readonly string[]) => {
      const [program, ...rest] = [...through, runtimePath, "--root", runtime.root, ...args];
      return spawnSync(program!, rest, { encoding: "utf8", stdio: "ignore" }).status;
    };
    try {
      expect(run(asTheUser, ["run", "--detach", "--bundle", bundle, id])).toBe(0);
      const { pid } = JSON.parse(runtime.ok(["state", id], { through: [] }));
      expect(readFileSync(`/proc/${pid}/cgroup`, "utf8")).toContain(`0::/${name}/c\n`);
      expect(run([...plain, ...asUser], ["delete", "--force", id])).toBe(0);
    } finally {
      spawnSync(plain[0]!, [...plain.slice(1), "rmdir", `${directory}/c`, `${directory}/own`, directory], {
        stdio: "ignore",
      });
    }
  });
});

describe("--rootless", () => {
  it("says whether missing permissions for cgroups are fine: false makes them an error", ({ runtime }) => {
    const { status } = runAsUser(runtime, "true", rootless, asUser, ["--rootless", "false"]);
    expect(status).toBe(1);
    expect(output(runAsUser(runtime, "echo ok", rootless, asUser, ["--rootless", "true"]))).toBe("ok");
  });

  it("makes no difference to root's config: a user namespace is not demanded", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["true"]);
    expect(runtime.call(["--rootless=true", "run", "--bundle", bundle, runtime.newId()]).status).toBe(0);
  });
});
