import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { cgroupDirectory, cgroupFile, hasV1 } from "../support/cgroups.ts";
import { it } from "../support/fixture.ts";
import { findResidue, noResidue } from "../support/residue.ts";
import { cgroupViews, isTsrunc, type Runtime } from "../support/runtime.ts";
import { sh, waits } from "../support/shell.ts";

/** A created container with these resources; returns its pid. */
function createWith(runtime: Runtime, resources: Record<string, unknown>): number {
  const bundle = makeBundle(runtime.directory, waits, (config) => {
    Object.assign(config.linux.resources, resources);
  });
  return runtime.state(runtime.create(bundle)).pid;
}

describe.each(cgroupViews)("the cgroup of a container in the %s cgroup view", (view) => {
  it.override({ view });
  const hierarchies =
    view === "unified" || !hasV1("pids") ? [""] : ["memory", "cpu", "cpuset", "pids", "devices", "freezer"];

  it("is new, named after the container, and holds its processes", ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    const { pid } = runtime.state(id);
    for (const each of hierarchies) {
      expect(basename(cgroupDirectory(pid, each))).toBe(id);
      expect(cgroupFile(pid, each, "cgroup.procs")).toBe(`${pid}`);
    }
  });

  it("is where an absolute cgroupsPath says, below the root of the hierarchy", ({ runtime }) => {
    const id = runtime.newId();
    const bundle = makeBundle(runtime.directory, waits, (config) => {
      config.linux.cgroupsPath = `/${id}/deep/down`;
    });
    runtime.ok(["create", "--bundle", bundle, id], { silent: true });
    const { pid } = runtime.state(id);
    for (const each of hierarchies) {
      expect(readFileSync(`/proc/${pid}/cgroup`, "utf8")).toContain(`:/${id}/deep/down\n`);
      expect(cgroupDirectory(pid, each).endsWith(`/${id}/deep/down`)).toBe(true);
    }
    runtime.ok(["delete", id]);
    for (const each of findResidue(id, runtime.root).cgroups) expect(each).not.toContain("down");
  });

  it("with a relative cgroupsPath is the same place every time", ({ runtime }) => {
    const id = runtime.newId();
    const bundle = makeBundle(runtime.directory, waits, (config) => {
      config.linux.cgroupsPath = `${id}/relative`;
    });
    const places = [1, 2].map(() => {
      runtime.ok(["create", "--bundle", bundle, id], { silent: true });
      const place = cgroupDirectory(runtime.state(id).pid, hierarchies[0]!);
      runtime.ok(["delete", id]);
      return place;
    });
    expect(places[0]).toContain(`/${id}/relative`);
    expect(places[1]).toBe(places[0]);
  });

  it("does not lead out of the hierarchy with ..", ({ runtime }) => {
    const id = runtime.newId();
    const bundle = makeBundle(runtime.directory, waits, (config) => {
      config.linux.cgroupsPath = `/../../../../${id}`;
    });
    runtime.ok(["create", "--bundle", bundle, id], { silent: true });
    expect(basename(cgroupDirectory(runtime.state(id).pid, hierarchies[0]!))).toBe(id);
    expect(existsSync(`/${id}`)).toBe(false);
  });

  // runc 1.1.5 lets two containers share a cgroup; since 1.2 it refuses.
  it.skipIf(!isTsrunc)("that has processes already is refused", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits, (config) => {
      config.linux.cgroupsPath = `/${runtime.newId("shared")}`;
    });
    const first = runtime.create(bundle);
    const { status, stderr } = runtime.call(["create", "--bundle", bundle, runtime.newId()]);
    expect(status).toBe(1);
    expect(stderr).toContain("cgroup is not empty");
    expect(runtime.state(first).status).toBe("created");
  });

  it("is gone after delete, also when the container was killed from outside", async ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    process.kill(runtime.state(id).pid, "SIGKILL");
    await runtime.waitUntilStopped(id);
    runtime.ok(["delete", id]);
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });
});

describe.skipIf(!hasV1("memory"))("linux.resources on cgroup v1", () => {
  const mebibyte = 1 << 20;

  it("memory: limit, reservation, swap and swappiness", ({ runtime }) => {
    const memory = { limit: 64 * mebibyte, reservation: 32 * mebibyte, swappiness: 10 };
    const pid = createWith(runtime, { memory });
    expect(cgroupFile(pid, "memory", "memory.limit_in_bytes")).toBe(`${memory.limit}`);
    expect(cgroupFile(pid, "memory", "memory.soft_limit_in_bytes")).toBe(`${memory.reservation}`);
    expect(cgroupFile(pid, "memory", "memory.swappiness")).toBe("10");
  });

  it("memory: -1 is no limit", ({ runtime }) => {
    const pid = createWith(runtime, { memory: { limit: -1 } });
    expect(Number(cgroupFile(pid, "memory", "memory.limit_in_bytes"))).toBeGreaterThan(2 ** 60);
  });

  it("memory: disableOOMKiller", ({ runtime }) => {
    const pid = createWith(runtime, { memory: { limit: 64 * mebibyte, disableOOMKiller: true } });
    expect(cgroupFile(pid, "memory", "memory.oom_control")).toContain("oom_kill_disable 1");
  });

  it("memory: the limit holds for the program", ({ runtime }) => {
    const { stdout } = sh(
      runtime,
      "dd if=/dev/zero of=/dev/null bs=60M count=1 2>/dev/null; echo $?",
      (config) => {
        config.linux.resources.memory = { limit: 16 * mebibyte, swap: 16 * mebibyte };
      },
    );
    expect(stdout.trim()).toBe("137");
  });

  it("cpu: shares, quota and period", ({ runtime }) => {
    const pid = createWith(runtime, { cpu: { shares: 512, quota: 20_000, period: 50_000 } });
    expect(cgroupFile(pid, "cpu", "cpu.shares")).toBe("512");
    expect(cgroupFile(pid, "cpu", "cpu.cfs_quota_us")).toBe("20000");
    expect(cgroupFile(pid, "cpu", "cpu.cfs_period_us")).toBe("50000");
  });

  it("cpuset: cpus and mems, which are the parent's when they are not given", ({ runtime }) => {
    const pid = createWith(runtime, { cpu: { cpus: "0", mems: "0" } });
    expect(cgroupFile(pid, "cpuset", "cpuset.cpus")).toBe("0");
    expect(cgroupFile(pid, "cpuset", "cpuset.mems")).toBe("0");
    const other = createWith(runtime, {});
    const parent = dirname(cgroupDirectory(other, "cpuset"));
    expect(cgroupFile(other, "cpuset", "cpuset.cpus")).toBe(
      readFileSync(`${parent}/cpuset.cpus`, "utf8").trim(),
    );
  });

  it.for([
    [17, "17"],
    [-1, "max"],
  ] as const)("pids: a limit of %i is %s", ([limit, expected], { runtime }) => {
    expect(cgroupFile(createWith(runtime, { pids: { limit } }), "pids", "pids.max")).toBe(expected);
  });

  it("pids: the limit holds for the program", ({ runtime }) => {
    const { stderr } = sh(runtime, "sleep 1 & sleep 1 & sleep 1 & sleep 1 & kill $!; exit 0", (config) => {
      config.linux.resources.pids = { limit: 3 };
    });
    expect(stderr).toContain("can't fork");
  });

  it("devices: what is not allowed is not in the list", ({ runtime }) => {
    const devices = [
      { allow: false, access: "rwm" },
      { allow: true, type: "c", major: 10, minor: 229, access: "rw" },
      { allow: true, type: "b", major: 8, access: "r" },
    ];
    const list = cgroupFile(createWith(runtime, { devices }), "devices", "devices.list").split("\n");
    expect(list).toEqual(
      expect.arrayContaining(["c 10:229 rw", "b 8:* r", "c 1:3 rwm", "c 136:* rwm", "c *:* m"]),
    );
    expect(list).not.toContain("a *:* rwm");
  });

  it("blockIO: throttling of a device", ({ runtime }) => {
    const [major, minor] = [7, 0];
    const throttleReadBpsDevice = [{ major, minor, rate: mebibyte }];
    const result = tryCreate(runtime, { blockIO: { throttleReadBpsDevice } });
    // A machine without the device refuses the number: then there is an error that names it.
    if (typeof result === "number") {
      expect(cgroupFile(result, "blkio", "blkio.throttle.read_bps_device")).toBe(`7:0 ${mebibyte}`);
    } else expect(result).toContain("blkio.throttle.read_bps_device");
  });

  it("unified is refused, for there is no place for it", ({ runtime }) => {
    expect(tryCreate(runtime, { unified: { "memory.high": "1000000" } })).toEqual(expect.any(String));
  });
});

describe("a cgroup that exists before the container", () => {
  it.skipIf(!hasV1("pids"))("is used when it is empty, and its settings hold", ({ runtime }) => {
    const id = runtime.newId();
    const made = `/sys/fs/cgroup/pids/${id}`;
    mkdirSync(made);
    try {
      writeFileSync(join(made, "pids.max"), "33");
      const bundle = makeBundle(runtime.directory, waits, (config: Config) => {
        config.linux.cgroupsPath = `/${id}/inner`;
      });
      const pid = runtime.state(runtime.create(bundle)).pid;
      expect(cgroupDirectory(pid, "pids")).toBe(`${made}/inner`);
      runtime.dispose();
    } finally {
      if (existsSync(made)) rmdirSync(made);
    }
  });
});

function tryCreate(runtime: Runtime, resources: Record<string, unknown>): number | string {
  const bundle = makeBundle(runtime.directory, waits, (config) => {
    Object.assign(config.linux.resources, resources);
  });
  const id = runtime.newId();
  const log = join(runtime.directory, "try.log");
  const { status } = runtime.call(["--log", log, "create", "--bundle", bundle, id], { silent: true });
  return status === 0 ? runtime.state(id).pid : readFileSync(log, "utf8");
}
