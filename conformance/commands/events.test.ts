import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { hasV1 } from "../support/cgroups.ts";
import { it } from "../support/fixture.ts";
import { cgroupViews, isTsrunc, type RunningCall, waitUntil } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

interface Event {
  readonly type: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: a document to look into
  readonly data?: any;
}

function eventsOf(text: string): Event[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** Takes 48 MiB of memory once a file tells it to. */
const hog =
  "while [ ! -e /tmp/go ]; do sleep 0.05; done; x=$(dd if=/dev/zero bs=1M count=48 2>/dev/null | tr '\\0' x); sleep 100";

function withLimit(config: Config): void {
  config.linux.resources.memory = { limit: 24 * 1024 * 1024, swap: 24 * 1024 * 1024 };
  config.root.readonly = false;
}

describe("events --stats", () => {
  it("prints one line with the keys that monitoring reads", ({ runtime }) => {
    const id = runtime.runDetached(
      makeBundle(runtime.directory, waits, (config: Config) => {
        if (hasV1("pids")) config.linux.resources.pids = { limit: 50 };
        if (hasV1("memory")) config.linux.resources.memory = { limit: 64 * 1024 * 1024 };
      }),
    );
    const result = runtime.call(["events", "--stats", id]);
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(result.stdout).toMatch(/^\{"type":"stats","id":"[^"]+","data":\{.*\}\}\n$/);
    const [{ data }] = eventsOf(result.stdout) as [Event];
    expect(data).toMatchObject({
      cpu: {
        usage: { total: expect.any(Number), kernel: expect.any(Number), user: expect.any(Number) },
        throttling: {},
      },
      cpuset: { mem_hardwall: 0, sched_load_balance: expect.any(Number) },
      memory: { usage: {}, swap: {}, kernel: {}, kernelTCP: {} },
      pids: {},
      blkio: {},
      hugetlb: {},
      intel_rdt: {},
      network_interfaces: null,
    });
    if (!hasV1("memory") || !hasV1("pids")) return;
    expect(data.pids).toEqual({ current: expect.any(Number), limit: 50 });
    expect(data.memory.usage).toMatchObject({ limit: 64 * 1024 * 1024, failcnt: 0 });
    expect(data.memory.usage.max).toBeGreaterThanOrEqual(data.memory.usage.usage);
    expect(data.memory.raw.hierarchical_memory_limit).toBe(64 * 1024 * 1024);
    expect(data.cpuset.cpus).toContain(0);
    expect(data.cpu.usage.percpu.length).toBeGreaterThan(0);
  });

  it.skipIf(!hasV1("memory"))("keeps every digit of an unlimited limit", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    expect(runtime.ok(["events", "--stats", id])).toContain('"limit":9223372036854771712');
  });

  // runc takes one container and prints JSON only.
  it.skipIf(!isTsrunc)("takes several containers, and prints a table for people", ({ runtime }) => {
    const ids = ["one", "two"].map((name) => {
      const id = runtime.newId(name);
      const bundle = makeBundle(runtime.directory, waits);
      runtime.ok(["run", "--detach", "--bundle", bundle, id], { silent: true });
      return id;
    });
    expect(eventsOf(runtime.ok(["events", "--stats", ...ids])).map(({ id }) => id)).toEqual(ids);
    const [header, ...rows] = runtime.ok(["events", "--stats", "--format", "table", ...ids]).split("\n");
    expect(header).toMatch(/^ID +PIDS +CPU TIME +MEMORY +LIMIT +PEAK +PRESSURE/);
    expect(rows.map((row) => row.split(" ")[0])).toEqual([...ids, ""]);
  });
});

// runc 1.1.5 does not run where the unified hierarchy lacks its controllers.
describe.skipIf(!isTsrunc)("events --stats on cgroup v2", () => {
  it.override({ view: "unified" });

  it("has the cpu time and, where the kernel counts it, the pressure", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    const [{ data }] = eventsOf(runtime.ok(["events", "--stats", id])) as [Event];
    expect(data.cpu.usage.total).toBeGreaterThan(0);
    const line = { avg10: expect.any(Number), avg60: expect.any(Number), total: expect.any(Number) };
    expect(data.cpu.psi).toMatchObject({ some: line, full: line });
    expect(data.memory.psi).toMatchObject({ some: line, full: line });
    expect(data.blkio.psi).toMatchObject({ some: line, full: line });
  });
});

describe.each(cgroupViews)("events with the %s cgroups", (view) => {
  it.override({ view });

  // runc 1.1.5 cannot use the unified view, and ends only when the cgroup goes.
  it.skipIf(!isTsrunc)(
    "prints statistics at each interval, and ends when the container does",
    async ({ runtime }) => {
      const id = runtime.runDetached(makeBundle(runtime.directory, waits));
      const events = runtime.start(["events", "--interval=100ms", id]);
      await waitUntil(() => eventsOf(wholeLines(events)).length >= 3, "three samples are there");
      runtime.ok(["kill", id, "KILL"]);
      expect(await events.exited()).toBe(0);
      for (const { type } of eventsOf(events.stdout)) expect(type).toBe("stats");
    },
  );
});

function wholeLines({ stdout }: RunningCall): string {
  return stdout.slice(0, stdout.lastIndexOf("\n") + 1);
}

describe.skipIf(!hasV1("memory"))("an OOM on cgroup v1", () => {
  it("is a line of its own", async ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["sh", "-c", hog], withLimit);
    const id = runtime.runDetached(bundle);
    const events = runtime.start(["events", "--interval=200ms", id]);
    // By the first sample it has been watching for long.
    await events.waitFor("stats");
    runtime.ok(["exec", id, "touch", "/tmp/go"]);
    await events.waitFor('"oom"');
    await runtime.waitUntilStopped(id);
    runtime.ok(["delete", id]);
    expect(await events.exited()).toBe(0);
    expect(eventsOf(events.stdout).filter(({ type }) => type !== "stats")).toContainEqual({
      type: "oom",
      id,
    });
  });
});

describe("events", () => {
  it("refuses a stopped container", async ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    runtime.ok(["kill", id, "KILL"]);
    await runtime.waitUntilStopped(id);
    for (const flags of [["--stats"], []]) {
      const result = runtime.call(["events", ...flags, id]);
      expect(result.status).toBe(1);
      expect(result.stderr).toContain(`container with id ${id} is not running`);
    }
  });

  it("refuses an interval that is none", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    for (const interval of ["0", "-1s", "5", "soon"]) {
      const result = runtime.call(["events", "--interval", interval, id], { timeout: 3000 });
      expect([interval, result.status]).toEqual([interval, 1]);
    }
  });
});
