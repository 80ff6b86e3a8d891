/**
 * cgroup v2 on a real kernel. Where the host is not unified, the tests run themselves again in a mount namespace
 * that shows a cgroup2 mount at /sys/fs/cgroup.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import type { LinuxResources } from "../../spec/types.ts";
import { queryDevicePrograms } from "../../sys/bpf.ts";
import { CGROUP2_SUPER_MAGIC } from "../../sys/constants.ts";
import { close } from "../../sys/files.ts";
import { planCgroup } from "../cgroup_plan.ts";
import { createCgroup, openCgroup } from "../choose_driver.ts";
import { planDeviceRules } from "../devices/device_rules.ts";
import type { CgroupManager, CgroupRecord } from "../driver.ts";
import { readCgroupFacts } from "../read_cgroup_facts.ts";

const isUnified = existsSync("/sys/fs/cgroup") && statfsSync("/sys/fs/cgroup").type === CGROUP2_SUPER_MAGIC;
const root = "/sys/fs/cgroup";
const top = `/tsrunc-test-v2-${process.pid}`;
const opened: CgroupManager[] = [];
const parents: string[] = [];
let number = 0;

function create(
  resources: LinuxResources = {},
  path = `${top}/c${++number}`,
  onIntent: (record: CgroupRecord) => void = () => {},
) {
  const plan = planCgroup({ cgroupsPath: path, resources }, "id", readCgroupFacts(false));
  const cgroup = createCgroup(plan, onIntent);
  opened.push(cgroup);
  return cgroup;
}

function startIn(cgroup: CgroupManager, command = "sleep 1000") {
  const child = spawn("sh", ["-c", `read line; ${command}`], { stdio: ["pipe", "pipe", "ignore"] });
  cgroup.join(child.pid!);
  child.stdin.write("\n");
  return child;
}

function outputOf(cgroup: CgroupManager, command: string): Promise<string> {
  const child = startIn(cgroup, command);
  let text = "";
  child.stdout.on("data", (data) => {
    text += data;
  });
  return new Promise((resolve) => child.on("close", () => resolve(text)));
}

/** A test of controllers runs where the hierarchy has them; elsewhere it is no skipped test, for the VM runs it. */
function testWith(...names: string[]): (name: string, run: () => void | Promise<void>) => void {
  const there = readFileSync(`${root}/cgroup.controllers`, "utf8").trim().split(" ");
  return names.every((name) => there.includes(name)) ? test : () => undefined;
}

/** The values of these files of the container's cgroup. */
function valuesOf(cgroup: CgroupManager, ...files: string[]): readonly string[] {
  return files.map((file) => readFileSync(`${cgroup.record.paths[""]}/${file}`, "utf8").trim());
}

/** "major:minor" of a disk, if there is one. */
function anyDisk(): string | undefined {
  const [name] = existsSync("/sys/block") ? readdirSync("/sys/block") : [];
  return name === undefined ? undefined : readFileSync(`/sys/block/${name}/dev`, "utf8").trim();
}

// One of the two is for this host; the other is no skipped test, it runs in the other run.
const otherRun = (_name: string, _tests: () => void): void => undefined;

(isUnified ? otherRun : describe)("cgroup v2 in a mount namespace", () => {
  test("all tests of this file pass there", { timeout: 60_000 }, () => {
    const script = `mount -t cgroup2 none ${root} && exec npx vitest run ${fileURLToPath(import.meta.url)}`;
    const result = spawnSync("unshare", ["-m", "--propagation", "private", "sh", "-c", script], {
      encoding: "utf8",
    });
    expect(result.status, result.stdout + result.stderr).toBe(0);
    expect(result.stdout).toMatch(/Tests .*1[0-9] passed/);
  });
});

(isUnified ? describe : otherRun)("cgroup v2", () => {
  afterEach(() => {
    for (const cgroup of opened.splice(0)) {
      cgroup.killAll(9);
      cgroup.waitEmpty(2000);
      cgroup.destroy();
    }
    for (const directory of parents.splice(0)) rmdirSync(directory);
  });

  test("createCgroup() makes the directory with every controller, and destroy() removes what it made", () => {
    let intent: CgroupRecord | undefined;
    const cgroup = create({}, undefined, (record) => {
      intent = record;
      expect(existsSync(`${root}${top}`)).toBe(false);
    });
    const directory = cgroup.record.paths[""]!;
    expect(cgroup.record.created).toEqual([`${root}${top}`, directory]);
    expect(intent?.created).toEqual(cgroup.record.created);
    const controllers = (path: string) => readFileSync(`${path}/cgroup.controllers`, "utf8");
    expect(controllers(directory)).toBe(controllers(root));
    cgroup.destroy();
    expect(existsSync(`${root}${top}`)).toBe(false);
  });

  test("openForClone() gives a descriptor of the directory", () => {
    const cgroup = create();
    const fd = cgroup.openForClone()!;
    expect(existsSync(`/proc/self/fd/${fd}/cgroup.procs`)).toBe(true);
    close(fd);
  });

  test("createCgroup() refuses a cgroup with processes", () => {
    const first = create();
    startIn(first, "exec sleep 1000");
    expect(() => create({}, first.record.paths[""]!.slice(root.length))).toThrow(
      "container's cgroup is not empty: 1 process(es) found",
    );
  });

  test("createCgroup() refuses a cgroup below a frozen one and takes back what it made", () => {
    const parent = create();
    parent.freeze();
    const path = `${parent.record.paths[""]!.slice(root.length)}/below`;
    expect(() => create({}, path)).toThrow("container's cgroup unexpectedly frozen");
    expect(existsSync(root + path)).toBe(false);
  });

  test("freeze() stops the processes, and killAll(SIGKILL) ends them all the same", () => {
    const cgroup = create();
    startIn(cgroup, "while :; do :; done");
    cgroup.freeze();
    expect(cgroup.frozen()).toBe(true);
    expect(cgroup.waitEmpty(20)).toBe(false);
    cgroup.killAll(9);
    expect(cgroup.waitEmpty(2000)).toBe(true);
  });

  test("killAll() of another signal reaches processes in cgroups below, and thaws", () => {
    const cgroup = create();
    const child = startIn(cgroup);
    const below = `${cgroup.record.paths[""]}/below`;
    mkdirSync(below);
    writeFileSync(`${below}/cgroup.procs`, String(child.pid));
    expect(cgroup.pids()).toContain(child.pid);
    // The shell may have forked the sleep before or after the move: both get the signal.
    cgroup.killAll(15);
    expect(cgroup.waitEmpty(2000)).toBe(true);
    expect(cgroup.frozen()).toBe(false);
    cgroup.destroy();
    expect(existsSync(below)).toBe(false);
  });

  test("destroy() removes nests deeper than a path can name", () => {
    const cgroup = create();
    const name = "n".repeat(200);
    const nest = `for (let i = 0; i < 40; i += 1) { fs.mkdirSync("${name}"); process.chdir("${name}"); }`;
    const made = spawnSync(process.execPath, ["-e", nest], {
      cwd: cgroup.record.paths[""],
      encoding: "utf8",
    });
    expect(made.status, made.stderr).toBe(0);
    cgroup.destroy();
    expect(existsSync(cgroup.record.paths[""]!)).toBe(false);
  });

  test("destroy() fails within its time and names what is left", () => {
    const cgroup = create();
    const child = startIn(cgroup, "exec sleep 1000");
    const started = performance.now();
    expect(() => cgroup.destroy(50)).toThrow(`1 process is still in it: ${child.pid}`);
    expect(performance.now() - started).toBeLessThan(500);
  });

  test("a record whose cgroup is another one by now neither kills nor removes it", () => {
    const cgroup = create();
    const child = startIn(cgroup);
    const stale = openCgroup({ ...cgroup.record, inodes: { "": "1" } });
    stale.killAll(9);
    stale.destroy(50);
    expect(cgroup.pids()).toContain(child.pid);
  });

  test("destroy() leaves a cgroup that was there before", () => {
    const before = `${root}${top}-before`;
    mkdirSync(before);
    try {
      const cgroup = create({}, `${top}-before`);
      mkdirSync(`${before}/a/b`, { recursive: true });
      cgroup.destroy();
      expect(existsSync(`${before}/a`)).toBe(false);
      expect(existsSync(before)).toBe(true);
    } finally {
      rmdirSync(before);
    }
  });

  test("setDevices() is enforced by the kernel, and a second policy replaces the first", async () => {
    const cgroup = create();
    const tryDevices = "for d in null zero kmsg; do (: </dev/$d) 2>/dev/null && echo $d; done";
    cgroup.setDevices(planDeviceRules(undefined));
    expect(await outputOf(cgroup, tryDevices)).toBe("null\nzero\n");
    const devices = [{ allow: true, type: "c", major: 1, minor: 11, access: "r" }] as const;
    cgroup.setDevices(planDeviceRules({ resources: { devices } }));
    expect(await outputOf(cgroup, tryDevices)).toBe("null\nzero\nkmsg\n");
    const fd = openSync(cgroup.record.paths[""]!, "r");
    expect(queryDevicePrograms(fd)).toHaveLength(1);
    cgroup.setDevices(planDeviceRules({ resources: { devices: [{ allow: true, access: "rwm" }] } }));
    expect(queryDevicePrograms(fd)).toHaveLength(0);
    closeSync(fd);
  });

  test("set() explains a controller that is not there, at the member of config.json", () => {
    const cgroup = create();
    const controllers = readFileSync(`${root}/cgroup.controllers`, "utf8");
    if (!controllers.includes("memory")) {
      expect(() => cgroup.set({ memory: { limit: 1_048_576 } })).toThrow(
        expect.objectContaining({
          code: "host",
          at: "/linux/resources/memory/limit",
          message: "cannot limit memory: the memory controller is not available in /sys/fs/cgroup",
        }),
      );
    }
    expect(() => cgroup.set({ unified: { "nothing.max": "1" } })).toThrow(
      `unified resource "nothing.max" can't be set: controller "nothing" not available`,
    );
    cgroup.set({ unified: { "cgroup.max.depth": "3" } });
    expect(readFileSync(`${cgroup.record.paths[""]}/cgroup.max.depth`, "utf8")).toBe("3\n");
    if (controllers.includes("hugetlb")) {
      cgroup.set({ hugepageLimits: [{ pageSize: "2MB", limit: 4_194_304 }] });
      expect(readFileSync(`${cgroup.record.paths[""]}/hugetlb.2MB.max`, "utf8")).toBe("4194304\n");
    }
  });

  test("a process in a cgroup below, started by CLONE_INTO_CGROUP's descriptor path, counts", () => {
    const cgroup = create();
    mkdirSync(`${cgroup.record.paths[""]}/exec`);
    const fd = cgroup.openForClone("../exec")!;
    expect(existsSync(`/proc/self/fd/${fd}/cgroup.procs`)).toBe(true);
    close(fd);
    expect(() => cgroup.join(process.pid, "nowhere")).toThrow("no such file or directory");
  });

  testWith(
    "memory",
    "cpu",
    "pids",
  )("every level hands down all controllers, and the leaf none", () => {
    const cgroup = create();
    const sorted = (path: string) => readFileSync(path, "utf8").trim().split(" ").sort();
    const all = sorted(`${root}/cgroup.controllers`);
    expect(sorted(`${root}/cgroup.subtree_control`)).toEqual(all);
    expect(sorted(`${root}${top}/cgroup.subtree_control`)).toEqual(all);
    expect(valuesOf(cgroup, "cgroup.subtree_control")).toEqual([""]);
  });

  testWith("memory")("memory limits are what the kernel has, and -1 lifts them", () => {
    const cgroup = create();
    const files = ["memory.max", "memory.low", "memory.swap.max"];
    cgroup.set({ memory: { limit: 67_108_864, reservation: 33_554_432, swap: 100_663_296 } });
    expect(valuesOf(cgroup, ...files)).toEqual(["67108864", "33554432", "33554432"]);
    cgroup.set({ memory: { limit: 134_217_728, swap: 134_217_728 }, unified: { "memory.high": "1048576" } });
    expect(valuesOf(cgroup, ...files, "memory.high")).toEqual(["134217728", "33554432", "0", "1048576"]);
    cgroup.set({ memory: { limit: -1, reservation: -1, swap: -1 } });
    expect(valuesOf(cgroup, ...files)).toEqual(["max", "max", "max"]);
  });

  testWith("memory")(
    "the memory limit ends a program that exceeds it, and oomKills() counts it",
    async () => {
      const cgroup = create();
      cgroup.set({ memory: { limit: 16_777_216, swap: 16_777_216 } });
      expect(cgroup.oomKills()).toBe(0);
      const exceed = "dd if=/dev/zero of=/dev/null bs=60M count=1 2>/dev/null; echo $?";
      expect(await outputOf(cgroup, exceed)).toBe("137\n");
      expect(cgroup.oomKills()).toBe(1);
    },
  );

  testWith("memory")("checkBeforeUpdate refuses a limit below the usage", () => {
    const cgroup = create();
    startIn(cgroup, "exec sleep 1000");
    const memory = { limit: 4096, checkBeforeUpdate: true };
    expect(() => cgroup.set({ memory })).toThrow(/^rejecting memory limit 4096 <= usage \d+$/);
    expect(valuesOf(cgroup, "memory.max")).toEqual(["max"]);
  });

  testWith("cpu")("cpu weight, quota, period and burst are what the kernel has", () => {
    const cgroup = create();
    const files = ["cpu.weight", "cpu.max", "cpu.max.burst"];
    cgroup.set({ cpu: { shares: 2048, quota: 50_000, period: 200_000, burst: 20_000 } });
    expect(valuesOf(cgroup, ...files)).toEqual(["174", "50000 200000", "20000"]);
    // A burst above the old quota and below the new one.
    cgroup.set({ cpu: { quota: 100_000, period: 200_000, burst: 80_000 } });
    expect(valuesOf(cgroup, ...files)).toEqual(["174", "100000 200000", "80000"]);
    cgroup.set({ cpu: { quota: -1 } });
    expect(valuesOf(cgroup, "cpu.max")).toEqual(["max 100000"]);
  });

  testWith("cpu")("a cgroup becomes idle, and gets a weight when it is idle no longer", () => {
    const cgroup = create();
    cgroup.set({ cpu: { idle: 1 } });
    expect(valuesOf(cgroup, "cpu.idle", "cpu.weight")).toEqual(["1", "0"]);
    cgroup.set({ cpu: { idle: 0, shares: 1024 } });
    expect(valuesOf(cgroup, "cpu.idle", "cpu.weight")).toEqual(["0", "100"]);
    expect(() => cgroup.set({ cpu: { idle: 1, shares: 1024 } })).toThrow(
      expect.objectContaining({ at: "/linux/resources/cpu/shares", hint: expect.stringContaining("idle") }),
    );
  });

  testWith("pids")("the pids limit holds", async () => {
    const cgroup = create();
    cgroup.set({ pids: { limit: 2 } });
    expect(valuesOf(cgroup, "pids.max")).toEqual(["2"]);
    expect(await outputOf(cgroup, "(sleep 1 & sleep 1 & wait) 2>&1")).toMatch(/cannot fork/i);
    cgroup.set({ pids: { limit: -1 } });
    expect(valuesOf(cgroup, "pids.max")).toEqual(["max"]);
  });

  testWith("cpuset")("cpus and memory nodes hold, and wrong ones are named", () => {
    const cgroup = create();
    cgroup.set({ cpu: { cpus: "0", mems: "0" } });
    expect(valuesOf(cgroup, "cpuset.cpus", "cpuset.cpus.effective", "cpuset.mems")).toEqual(["0", "0", "0"]);
    expect(() => cgroup.set({ cpu: { cpus: "9-1" } })).toThrow(
      expect.objectContaining({ at: "/linux/resources/cpu/cpus" }),
    );
  });

  testWith("io")("block I/O limits of a device add up, and the weight has a file", () => {
    const cgroup = create();
    const disk = anyDisk();
    if (disk !== undefined) {
      const [major, minor] = disk.split(":").map(Number) as [number, number];
      cgroup.set({
        blockIO: {
          throttleReadBpsDevice: [{ major, minor, rate: 1_048_576 }],
          throttleWriteIOPSDevice: [{ major, minor, rate: 9 }],
        },
      });
      expect(valuesOf(cgroup, "io.max")).toEqual([`${disk} rbps=1048576 wbps=max riops=max wiops=9`]);
    }
    const files = ["io.bfq.weight", "io.weight"].filter((file) =>
      existsSync(`${cgroup.record.paths[""]}/${file}`),
    );
    if (files[0] === undefined) return;
    cgroup.set({ blockIO: { weight: 500 } });
    expect(valuesOf(cgroup, files[0])[0]).toBe(files[0] === "io.weight" ? "default 4950" : "default 500");
  });

  testWith("memory", "pids")("a threaded cgroup has a pids limit and no memory limit", () => {
    const threaded = `${root}${top}-threaded`;
    mkdirSync(threaded);
    parents.push(threaded);
    writeFileSync(`${threaded}/cgroup.type`, "threaded");
    const cgroup = create({}, `${top}-threaded/c`);
    cgroup.set({ pids: { limit: 5 } });
    expect(valuesOf(cgroup, "cgroup.type", "pids.max")).toEqual(["threaded", "5"]);
    expect(() => create({ memory: { limit: 1_048_576 } }, `${top}-threaded/d`)).toThrow(
      "cannot limit memory, cpu, io or huge pages",
    );
    expect(existsSync(`${threaded}/d`)).toBe(false);
    cgroup.destroy();
    expect(existsSync(`${threaded}/c`)).toBe(false);
  });
});
