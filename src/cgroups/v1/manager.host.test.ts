import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, statfsSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import type { LinuxResources } from "../../spec/types.ts";
import { CGROUP2_SUPER_MAGIC } from "../../sys/constants.ts";
import { planCgroup } from "../cgroup_plan.ts";
import { createCgroup, openCgroup } from "../choose_driver.ts";
import { planDeviceRules } from "../devices/device_rules.ts";
import type { CgroupManager, CgroupRecord } from "../driver.ts";
import { readCgroupFacts } from "../read_cgroup_facts.ts";

const isRoot = process.getuid?.() === 0;
const isV1 =
  existsSync("/sys/fs/cgroup/memory") && statfsSync("/sys/fs/cgroup").type !== CGROUP2_SUPER_MAGIC && isRoot;

const top = `/tsrunc-test-v1-${process.pid}`;
const opened: CgroupManager[] = [];
let number = 0;

function create(
  resources: LinuxResources = {},
  path = `${top}/c${++number}`,
  onIntent: (record: CgroupRecord) => void = () => {},
) {
  const cgroup = createCgroup(
    planCgroup({ cgroupsPath: path, resources }, "id", readCgroupFacts(false)),
    onIntent,
  );
  opened.push(cgroup);
  return cgroup;
}

function startIn(cgroup: CgroupManager, command = "sleep 1000") {
  const child = spawn("sh", ["-c", `read line; ${command}`], { stdio: ["pipe", "ignore", "ignore"] });
  cgroup.join(child.pid!);
  child.stdin.write("\n");
  return child;
}

function valueIn(cgroup: CgroupManager, controller: string, file: string): string {
  return readFileSync(`${cgroup.record.paths[controller]}/${file}`, "utf8").trim();
}

describe.runIf(isV1)("cgroup v1 on this host", () => {
  afterEach(() => {
    for (const cgroup of opened.splice(0)) {
      cgroup.killAll(9);
      cgroup.waitEmpty(2000);
      cgroup.destroy();
    }
  });

  test("createCgroup() makes a directory per hierarchy, with cpus and memory nodes, and destroy() removes all of it", () => {
    const cgroup = create();
    const { paths, created } = cgroup.record;
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(["memory", "cpuset", "freezer", "devices"]));
    for (const directory of Object.values(paths)) expect(existsSync(directory)).toBe(true);
    expect(valueIn(cgroup, "cpuset", "cpuset.cpus")).not.toBe("");
    expect(created).toContain(`/sys/fs/cgroup/memory${top}`);
    cgroup.destroy();
    for (const directory of created) expect(existsSync(directory)).toBe(false);
  });

  test("createCgroup() tells the intent before it makes anything, and the intent is enough to clean up", () => {
    let intent: CgroupRecord | undefined;
    const cgroup = create({}, undefined, (record) => {
      intent = record;
      for (const directory of record.created) expect(existsSync(directory)).toBe(false);
    });
    expect(intent?.created).toEqual(cgroup.record.created);
    const child = startIn(cgroup);
    const again = openCgroup(JSON.parse(JSON.stringify(intent)) as CgroupRecord);
    expect(again.pids()).toContain(child.pid);
    again.killAll(9);
    expect(again.waitEmpty(2000)).toBe(true);
    again.destroy();
    for (const directory of cgroup.record.created) expect(existsSync(directory)).toBe(false);
  });

  test("createCgroup() refuses a cgroup with processes and makes nothing", () => {
    const first = create();
    startIn(first, "exec sleep 1000");
    const path = first.record.paths.memory!.slice("/sys/fs/cgroup/memory".length);
    expect(() => create({}, path)).toThrow("container's cgroup is not empty: 1 process(es) found");
  });

  test("createCgroup() refuses a frozen cgroup and takes back what it made", () => {
    const parent = create();
    parent.freeze();
    const path = `${parent.record.paths.freezer!.slice("/sys/fs/cgroup/freezer".length)}/below`;
    expect(() => create({}, path)).toThrow("container's cgroup unexpectedly frozen");
    expect(existsSync(`${parent.record.paths.memory}/below`)).toBe(false);
    parent.thaw();
  });

  test("destroy() leaves a cgroup that was there before, and removes what the container made in it", () => {
    const before = `/sys/fs/cgroup/pids${top}-before`;
    mkdirSync(before);
    try {
      const cgroup = create({}, `${top}-before`);
      expect(cgroup.record.created).not.toContain(before);
      mkdirSync(`${before}/a/b`, { recursive: true });
      cgroup.destroy();
      expect(existsSync(`${before}/a`)).toBe(false);
      expect(existsSync(before)).toBe(true);
      expect(existsSync(`/sys/fs/cgroup/memory${top}-before`)).toBe(false);
    } finally {
      rmdirSync(before);
    }
  });

  test("killAll(SIGKILL) ends processes that are frozen, also in a freezer cgroup of the container's own", () => {
    const cgroup = create();
    const child = startIn(cgroup);
    const nested = `${cgroup.record.paths.freezer}/nested`;
    mkdirSync(nested);
    writeFileSync(`${nested}/cgroup.procs`, String(child.pid));
    writeFileSync(`${nested}/freezer.state`, "FROZEN");
    cgroup.freeze();
    expect(cgroup.frozen()).toBe(true);
    cgroup.killAll(9);
    expect(cgroup.waitEmpty(2000)).toBe(true);
    cgroup.destroy();
    expect(existsSync(nested)).toBe(false);
  });

  test("killAll() of another signal reaches every process and leaves the cgroup thawed", () => {
    const cgroup = create();
    startIn(cgroup, "sleep 1000 & sleep 1000");
    while (cgroup.pids().length < 3) cgroup.waitEmpty(5);
    cgroup.killAll(15);
    expect(cgroup.frozen()).toBe(false);
    expect(cgroup.waitEmpty(2000)).toBe(true);
  });

  test("destroy() fails within its time and names the process that is left", () => {
    const cgroup = create();
    const child = startIn(cgroup);
    while (cgroup.pids().length < 2) cgroup.waitEmpty(5);
    expect(() => cgroup.destroy(50)).toThrow(
      new RegExp(`^cannot remove cgroup .*: 2 processes .*\\b${child.pid}\\b`),
    );
  });

  test("a record whose cgroup is another one by now neither kills nor removes it", () => {
    const cgroup = create();
    const child = startIn(cgroup);
    const stale = openCgroup({ ...cgroup.record, inodes: { freezer: "1" } });
    stale.killAll(9);
    stale.destroy(50);
    expect(cgroup.pids()).toContain(child.pid);
  });

  test("set() writes limits, and raises and lowers memory in an order the kernel takes", () => {
    const cgroup = create();
    const memory = (limit: number, swap: number) => cgroup.set({ memory: { limit, swap } });
    const read = () => [
      valueIn(cgroup, "memory", "memory.limit_in_bytes"),
      valueIn(cgroup, "memory", "memory.memsw.limit_in_bytes"),
    ];
    memory(16_777_216, 33_554_432);
    expect(read()).toEqual(["16777216", "33554432"]);
    memory(67_108_864, 134_217_728);
    expect(read()).toEqual(["67108864", "134217728"]);
    memory(8_388_608, 8_388_608);
    expect(read()).toEqual(["8388608", "8388608"]);
    cgroup.set({ memory: { limit: -1 } });
    expect(BigInt(read()[0]!)).toBeGreaterThan(1n << 60n);
    cgroup.set({
      pids: { limit: 0 },
      cpu: { shares: 512, quota: 50_000, period: 100_000, burst: 10_000, cpus: "0" },
      memory: { kernelTCP: 1_048_576, swappiness: 10, reservation: 4_194_304, disableOOMKiller: true },
    });
    expect(valueIn(cgroup, "pids", "pids.max")).toBe("1");
    expect(valueIn(cgroup, "cpu", "cpu.shares")).toBe("512");
    expect(valueIn(cgroup, "cpu", "cpu.cfs_burst_us")).toBe("10000");
    expect(valueIn(cgroup, "memory", "memory.kmem.tcp.limit_in_bytes")).toBe("1048576");
    expect(cgroup.oomKills()).toBe(0);
  });

  test("set() explains what the host lacks or refuses, at the member of config.json", () => {
    const cgroup = create();
    expect(() => cgroup.set({ network: { classID: 5 } })).toThrow(
      "cannot classify network traffic: the net_cls controller is not available in /sys/fs/cgroup",
    );
    expect(() => cgroup.set({ cpu: { cpus: "4000" } })).toThrow("cannot set cpus to 4000: ");
    expect(() => cgroup.set({ unified: { "memory.high": "1" } })).toThrow("no unified cgroups");
    const throttleReadBpsDevice = [{ major: 4095, minor: 1, rate: 1_048_576 }];
    expect(() => cgroup.set({ blockIO: { throttleReadBpsDevice } })).toThrow(
      expect.objectContaining({
        message: "cannot set block I/O read rate to 4095:1 1048576: no such device",
        at: "/linux/resources/blockIO/throttleReadBpsDevice/0",
      }),
    );
    expect(() => cgroup.set({ hugepageLimits: [{ pageSize: "3MB", limit: 1 }] })).toThrow(
      expect.objectContaining({ code: "host", at: "/linux/resources/hugepageLimits/0" }),
    );
  });

  test("setDevices() keeps the configured rules first and in order", () => {
    const cgroup = create();
    const devices = [
      { allow: false, access: "rwm" },
      { allow: true, type: "c", major: 10, minor: 229, access: "rwm" },
      { allow: true, type: "b", major: 8, minor: 20, access: "rw" },
    ] as const;
    cgroup.setDevices(planDeviceRules({ resources: { devices } }));
    const list = valueIn(cgroup, "devices", "devices.list").split("\n");
    expect(list.slice(0, 2)).toEqual(["c 10:229 rwm", "b 8:20 rw"]);
    expect(list).toContain("c 1:3 rwm");
    expect(list).not.toContain("a *:* rwm");
  });

  test.runIf(existsSync("/sys/fs/cgroup/unified/cgroup.controllers"))(
    "limits of controllers on the unified side of a hybrid host go there",
    () => {
      const controllers = readFileSync("/sys/fs/cgroup/unified/cgroup.controllers", "utf8");
      const cgroup = create();
      expect(cgroup.record.paths[""] !== undefined).toBe(controllers.trim() !== "");
      if (!controllers.includes("hugetlb")) return;
      cgroup.set({ hugepageLimits: [{ pageSize: "2MB", limit: 4_194_304 }] });
      expect(valueIn(cgroup, "", "hugetlb.2MB.max")).toBe("4194304");
    },
  );
});
