import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { cgroupDirectory, cgroupFile, hasV1 } from "../support/cgroups.ts";
import { it } from "../support/fixture.ts";
import { readLog } from "../support/log_file.ts";
import { isTsrunc, type Runtime, waitUntil } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

interface Container {
  readonly id: string;
  /** The text of a file of the container's cgroup. */
  readonly file: (controller: string, name: string) => string;
}

function running(runtime: Runtime, resources: Record<string, unknown> = {}, args = waits): Container {
  const bundle = makeBundle(runtime.directory, args, (config: Config) => {
    Object.assign(config.linux.resources, resources);
  });
  const id = runtime.runDetached(bundle);
  const { pid } = runtime.state(id);
  return { id, file: (controller, name) => cgroupFile(pid, controller, name) };
}

const silence = { status: 0, stdout: "", stderr: "" };
const mib = 1024 * 1024;

describe.skipIf(!hasV1("memory"))("update on cgroup v1", () => {
  it.for([
    { flag: "--memory=64m", controller: "memory", name: "memory.limit_in_bytes", value: `${64 * mib}` },
    { flag: "--memory=67108864", controller: "memory", name: "memory.limit_in_bytes", value: `${64 * mib}` },
    {
      flag: "--memory-reservation=32M",
      controller: "memory",
      name: "memory.soft_limit_in_bytes",
      value: `${32 * mib}`,
    },
    { flag: "--cpu-share=512", controller: "cpu", name: "cpu.shares", value: "512" },
    { flag: "--cpu-quota=20000", controller: "cpu", name: "cpu.cfs_quota_us", value: "20000" },
    { flag: "--cpu-quota=-1", controller: "cpu", name: "cpu.cfs_quota_us", value: "-1" },
    { flag: "--cpu-period=50000", controller: "cpu", name: "cpu.cfs_period_us", value: "50000" },
    { flag: "--cpuset-cpus=0", controller: "cpuset", name: "cpuset.cpus", value: "0" },
    { flag: "--cpuset-mems=0", controller: "cpuset", name: "cpuset.mems", value: "0" },
    { flag: "--pids-limit=20", controller: "pids", name: "pids.max", value: "20" },
    { flag: "--pids-limit=-1", controller: "pids", name: "pids.max", value: "max" },
    { flag: "--blkio-weight=500", controller: "blkio", name: "blkio.bfq.weight", value: "500" },
  ])("sets what $flag says, silently", ({ flag, controller, name, value }, { runtime }) => {
    const { id, file } = running(runtime);
    expect(runtime.call(["update", flag, id])).toEqual(silence);
    expect(file(controller, name)).toBe(value);
  });

  // runc 1.1.5 knows neither flag.
  it.skipIf(!isTsrunc)("sets burst and idle; an idle container has no shares", ({ runtime }) => {
    const { id, file } = running(runtime, { cpu: { shares: 512, quota: 50_000 } });
    expect(runtime.call(["update", "--cpu-burst", "10000", id])).toEqual(silence);
    expect(file("cpu", "cpu.cfs_burst_us")).toBe("10000");
    expect(runtime.call(["update", "--cpu-idle", "1", id])).toEqual(silence);
    expect(file("cpu", "cpu.idle")).toBe("1");
    expect(runtime.call(["update", "--cpu-idle", "0", "--cpu-share", "300", id])).toEqual(silence);
    expect(file("cpu", "cpu.shares")).toBe("300");
  });

  it("reads a resources object from stdin, as containerd does, and the flags beside it count for nothing", ({
    runtime,
  }) => {
    const { id, file } = running(runtime);
    const input = JSON.stringify({ memory: { limit: 64 * mib }, cpu: { shares: 256 }, pids: { limit: 30 } });
    expect(runtime.call(["update", "--resources=-", "--pids-limit=5", id], { input })).toEqual(silence);
    expect(file("memory", "memory.limit_in_bytes")).toBe(`${64 * mib}`);
    expect(file("cpu", "cpu.shares")).toBe("256");
    expect(file("pids", "pids.max")).toBe("30");
  });

  it("reads a resources object from a file", ({ runtime }) => {
    const { id, file } = running(runtime);
    const path = join(runtime.directory, "resources.json");
    writeFileSync(path, JSON.stringify({ cpu: { quota: 30_000, period: 60_000 } }));
    expect(runtime.call(["update", "-r", path, id])).toEqual(silence);
    expect(file("cpu", "cpu.cfs_quota_us")).toBe("30000");
    expect(file("cpu", "cpu.cfs_period_us")).toBe("60000");
  });

  // runc 1.1.5 follows a null pointer.
  it.skipIf(!isTsrunc)("takes null for nothing", ({ runtime }) => {
    const { id, file } = running(runtime, { pids: { limit: 20 } });
    const input = '{"memory":null,"cpu":null,"blockIO":null,"pids":null,"unified":null}';
    expect(runtime.call(["update", "-r", "-", id], { input })).toEqual(silence);
    expect(file("pids", "pids.max")).toBe("20");
  });

  it("keeps what it is not asked to change, over several updates", ({ runtime }) => {
    const { id, file } = running(runtime, {
      memory: { limit: 64 * mib },
      pids: { limit: 20 },
      cpu: { quota: 30_000, period: 60_000 },
    });
    for (const flag of ["--cpu-share=300", "--cpu-quota=20000", "--memory=96m", "--cpu-period=50000"]) {
      runtime.ok(["update", flag, id]);
    }
    expect(file("memory", "memory.limit_in_bytes")).toBe(`${96 * mib}`);
    expect(file("pids", "pids.max")).toBe("20");
    expect(file("cpu", "cpu.shares")).toBe("300");
    expect(file("cpu", "cpu.cfs_quota_us")).toBe("20000");
    expect(file("cpu", "cpu.cfs_period_us")).toBe("50000");
  });

  it("raises and lowers memory and memory+swap together", ({ runtime }) => {
    const { id, file } = running(runtime, { memory: { limit: 32 * mib, swap: 32 * mib } });
    for (const [memory, swap] of [
      [64, 128],
      [24, 48],
    ]) {
      runtime.ok(["update", "--memory", `${memory}m`, "--memory-swap", `${swap}m`, id]);
      expect(file("memory", "memory.limit_in_bytes")).toBe(`${memory! * mib}`);
      expect(file("memory", "memory.memsw.limit_in_bytes")).toBe(`${swap! * mib}`);
    }
    runtime.ok(["update", "--memory", "-1", id]);
    expect(BigInt(file("memory", "memory.limit_in_bytes"))).toBeGreaterThan(2n ** 62n);
    expect(BigInt(file("memory", "memory.memsw.limit_in_bytes"))).toBeGreaterThan(2n ** 62n);
  });

  // runc 1.1.5 writes the values of the old config, which do not say what was unlimited.
  it.skipIf(!isTsrunc)("puts every limit back when one is refused", ({ runtime }) => {
    const { id, file } = running(runtime, { cpu: { shares: 512 } });
    const names = [
      ["memory", "memory.limit_in_bytes"],
      ["memory", "memory.memsw.limit_in_bytes"],
      ["cpu", "cpu.shares"],
      ["cpu", "cpu.cfs_quota_us"],
      ["pids", "pids.max"],
      ["cpuset", "cpuset.cpus"],
    ] as const;
    const values = () => names.map(([controller, name]) => file(controller, name));
    const before = values();
    const flags = [
      "--memory=64m",
      "--memory-swap=64m",
      "--cpu-share=100",
      "--cpu-quota=9000",
      "--pids-limit=9",
    ];
    const result = runtime.call(["update", ...flags, "--cpuset-cpus=4000", id]);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("cannot set cpus to 4000");
    expect(values()).toEqual(before);
    runtime.ok(["update", "--cpu-period=50000", id]);
    expect(file("memory", "memory.limit_in_bytes")).toBe(before[0]);
  });

  it("changes a paused container", ({ runtime }) => {
    const { id, file } = running(runtime);
    runtime.ok(["pause", id]);
    expect(runtime.call(["update", "--pids-limit=11", id])).toEqual(silence);
    expect(file("pids", "pids.max")).toBe("11");
    runtime.ok(["resume", id]);
  });

  it("leaves the device rules alone when the document does not speak of them", ({ runtime }) => {
    const { id, file } = running(runtime);
    const before = file("devices", "devices.list");
    runtime.ok(["update", "-r", "-", id], { input: '{"pids":{"limit":30}}' });
    expect(file("devices", "devices.list")).toBe(before);
  });

  // runc never changes device rules.
  it.skipIf(!isTsrunc)(
    "replaces the device rules, and puts them back when a later step fails",
    ({ runtime }) => {
      const { id, file } = running(runtime);
      const rules = () => file("devices", "devices.list").split("\n").sort();
      const before = rules();
      const none = { allow: false, access: "rwm" };
      const devices = [none, { allow: true, type: "c", major: 10, minor: 229, access: "rw" }];
      runtime.ok(["update", "-r", "-", id], { input: JSON.stringify({ devices }) });
      expect(rules()).toEqual([...before, "c 10:229 rw"].sort());
      runtime.ok(["update", "-r", "-", id], { input: JSON.stringify({ devices: [none] }) });
      expect(rules()).toEqual(before);
      const bad = { devices, pids: { limit: 10 } };
      const flags = ["--l3-cache-schema", "L3:0=f"];
      expect(runtime.call(["update", ...flags, "-r", "-", id], { input: JSON.stringify(bad) }).status).toBe(
        1,
      );
      expect(rules()).toEqual(before);
      expect(file("pids", "pids.max")).toBe("max");
    },
  );

  it.skipIf(!isTsrunc)(
    "replaces device rules also below cgroups of the container's own",
    async ({ runtime }) => {
      const script = "mkdir /sys/fs/cgroup/devices/below && while :; do sleep 0.05; done";
      const bundle = makeBundle(runtime.directory, ["sh", "-c", script], (config: Config) => {
        for (const mount of config.mounts) {
          if (mount.type === "cgroup")
            mount.options = mount.options.filter((option: string) => option !== "ro");
        }
      });
      const id = runtime.runDetached(bundle);
      const { pid } = runtime.state(id);
      await waitUntil(
        () => existsSync(join(cgroupDirectory(pid, "devices"), "below")),
        "its cgroup is there",
      );
      const devices = [
        { allow: false, access: "rwm" },
        { allow: true, type: "c", major: 10, minor: 229, access: "rw" },
      ];
      expect(runtime.call(["update", "-r", "-", id], { input: JSON.stringify({ devices }) })).toEqual(
        silence,
      );
      expect(cgroupFile(pid, "devices", "devices.list")).toContain("c 10:229 rw");
    },
  );
});

// runc 1.1.5 does not run where the unified hierarchy lacks its controllers.
describe.skipIf(!isTsrunc)("update on cgroup v2", () => {
  it.override({ view: "unified" });

  it("writes the unified files, and says which limit its controllers cannot set", ({ runtime }) => {
    const { id, file } = running(runtime);
    expect(
      runtime.call(["update", "-r", "-", id], { input: '{"unified":{"cgroup.max.depth":"3"}}' }),
    ).toEqual(silence);
    expect(file("", "cgroup.max.depth")).toBe("3");
    const input = '{"unified":{"cgroup.max.depth":"5","nope.max":"1"}}';
    const result = runtime.call(["update", "-r", "-", id], { input });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("at=/unified/nope.max");
    expect(file("", "cgroup.max.depth")).toBe("3");
  });
});

describe("update", () => {
  it("refuses a stopped container", async ({ runtime }) => {
    const { id } = running(runtime);
    runtime.ok(["kill", id, "KILL"]);
    await runtime.waitUntilStopped(id);
    const result = runtime.call(["update", "--pids-limit=5", id]);
    expect(result.status).toBe(1);
    if (isTsrunc) expect(result.stderr).toContain("container not running");
  });

  it("refuses an unknown container", ({ runtime }) => {
    const result = runtime.call(["update", "--pids-limit=5", runtime.newId()]);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("does not exist");
  });

  it.skipIf(!isTsrunc).for([
    { args: ["--memory=64q"], at: "--memory" },
    { args: ["--memory=-2"], at: "--memory" },
    { args: ["--cpu-quota=much"], at: "--cpu-quota" },
    { args: ["--blkio-weight=5"], at: "--blkio-weight" },
    { args: ["--cpu-share=1"], at: "--cpu-share" },
    { args: ["--memory=64m", "--memory-swap=32m"], at: "--memory-swap" },
    { args: ["--cpu-idle=2"], at: "--cpu-idle" },
    { args: ["--cpuset-cpus=4000"], at: "--cpuset-cpus" },
    { args: ["--mem-bw-schema=MB:0=70"], at: "--mem-bw-schema" },
    { args: ["-r", "-"], input: '{"cpu":{"idle":2}}', at: "/cpu/idle" },
    { args: ["-r", "-"], input: '{"cpu":{"shares":1}}', at: "/cpu/shares" },
    { args: ["-r", "-"], input: '{"memory":{"limit":"64m"}}', at: "/memory/limit" },
    { args: ["-r", "-"], input: '{"devices":[{"allow":true,"access":"x"}]}', at: "/devices/0/access" },
    { args: ["-r", "/nowhere/resources.json"], at: undefined },
  ])("says where the fault is: $args $input", ({ args, input, at }, { runtime }) => {
    const { id } = running(runtime);
    const log = join(runtime.directory, "log.json");
    const result = runtime.call(["--log", log, "--log-format", "json", "update", ...args, id], {
      input: input ?? "",
    });
    expect(result.status).toBe(1);
    expect(readLog(log).filter(({ level }) => level === "error")).toMatchObject([
      at === undefined ? {} : { at },
    ]);
  });
});
