/** The time namespace and linux.timeOffsets. */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import type { Config } from "../support/bundle.ts";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { readProbe, seeWith } from "../support/probe.ts";
import { namespaceOf, procFile } from "../support/proc.ts";
import { isTsrunc, type Runtime } from "../support/runtime.ts";
import { sh, shOutput, waits } from "../support/shell.ts";

const tolerance = 30;

function withTime(timeOffsets: unknown, more: (config: Config) => void = () => undefined) {
  return (config: Config) => {
    config.linux.namespaces.push({ type: "time" });
    config.linux.timeOffsets = timeOffsets;
    more(config);
  };
}

function withUserNamespace(config: Config): void {
  config.linux.namespaces.push({ type: "user" });
  config.linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }];
  config.linux.gidMappings = config.linux.uidMappings;
  config.root.readonly = false;
}

const uptime = () => Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);

/** How far the clocks in the container are from the host's, in seconds. */
function offsetsSeen(
  runtime: Runtime,
  edit: (config: Config) => void,
): { monotonic: number; boottime: number } {
  const seen = seeWith(runtime, ["time"], edit);
  const now = uptime();
  return { monotonic: Number(seen.monotonic![0]) - now, boottime: Number(seen.boottime![0]) - now };
}

function expectNear(value: number, expected: number): void {
  expect(Math.abs(value - expected)).toBeLessThan(tolerance);
}

// runc 1.1.5 knows no time namespace.
describe.skipIf(!isTsrunc)("time namespace", () => {
  const offsets = { monotonic: { secs: 1_000_000, nanosecs: 5 }, boottime: { secs: 2_000_000 } };

  it("has clocks with the offsets of the config", ({ runtime }) => {
    const seen = offsetsSeen(runtime, withTime(offsets));
    expectNear(seen.monotonic, 1_000_000);
    expectNear(seen.boottime, 2_000_000);
  });

  it("has them in a user namespace as well, as another user", ({ runtime }) => {
    const seen = offsetsSeen(
      runtime,
      withTime(offsets, (config) => {
        withUserNamespace(config);
        config.process.user = { uid: 1000, gid: 1000 };
      }),
    );
    expectNear(seen.monotonic, 1_000_000);
    expectNear(seen.boottime, 2_000_000);
  });

  it("is one of its own without offsets, with the host's clocks", ({ runtime }) => {
    const inside = shOutput(
      runtime,
      "readlink /proc/self/ns/time; readlink /proc/self/ns/time_for_children",
      withTime({}),
    );
    const [own, children] = inside.split("\n");
    expect(own).toMatch(/^time:\[/);
    expect(own).not.toBe(namespaceOf("self", "time"));
    expect(children!.slice(children!.indexOf("["))).toBe(own!.slice(own!.indexOf("[")));
    expectNear(offsetsSeen(runtime, withTime(undefined)).monotonic, 0);
  });

  it("may run behind: a clock that began later", ({ runtime }) => {
    const back = -Math.floor(uptime() / 2);
    const seen = offsetsSeen(runtime, withTime({ boottime: { secs: back, nanosecs: 999_999_999 } }));
    expectNear(seen.boottime, back + 1);
    expectNear(seen.monotonic, 0);
  });

  it("belongs to the user namespace of the container", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits, withTime(offsets, withUserNamespace));
    const id = runtime.create(bundle);
    const { pid } = runtime.state(id);
    expect(namespaceOf(pid, "time")).not.toBe(namespaceOf("self", "time"));
    expect(procFile(pid, "timens_offsets")).toMatch(/monotonic +1000000 +5\nboottime +2000000 +0\n/);
    // NS_GET_USERNS (0xb701) of the time namespace is the user namespace of the process.
    const owner =
      "import fcntl,os,sys; t=os.open(sys.argv[1]+'time',0); u=os.open(sys.argv[1]+'user',0);" +
      "o=fcntl.ioctl(t,0xb701); print(os.fstat(o).st_ino==os.fstat(u).st_ino)";
    expect(python(owner, `/proc/${pid}/ns/`)).toBe("True\n");
  });

  it("has them for a caller without privileges", ({ runtime }) => {
    const bundle = makeBundle(
      runtime.directory,
      ["/bin/probe", "time"],
      withTime(offsets, (config) => {
        config.linux.namespaces.push({ type: "user" });
        config.linux.uidMappings = [{ containerID: 0, hostID: 12345, size: 1 }];
        config.linux.gidMappings = config.linux.uidMappings;
        config.linux.resources = {};
        config.mounts = config.mounts.filter(({ type }: { type: string }) => /proc|tmpfs/.test(type));
        delete config.process.rlimits;
      }),
    );
    spawnSync("chown", ["-R", "12345:12345", runtime.directory]);
    const through = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"];
    const { status, stdout, stderr } = runtime.run(bundle, { through });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const seen = readProbe(stdout);
    expectNear(Number(seen.boottime?.[0]) - uptime(), 2_000_000);
    expectNear(Number(seen.monotonic?.[0]) - uptime(), 1_000_000);
  });

  it("is joined by its path", async ({ runtime }) => {
    const holder = spawn("unshare", ["--time", "--boottime", "7000000", "--fork", "sleep", "1000"]);
    try {
      const pid = await childOf(holder.pid!);
      const edit = (config: Config) => {
        config.linux.namespaces.push({ type: "time", path: `/proc/${pid}/ns/time` });
      };
      expectNear(offsetsSeen(runtime, edit).boottime, 7_000_000);
      expect(shOutput(runtime, "readlink /proc/self/ns/time", edit)).toBe(namespaceOf(pid, "time"));
      expectNear(
        offsetsSeen(runtime, (config) => {
          edit(config);
          withUserNamespace(config);
        }).boottime,
        7_000_000,
      );
      process.kill(pid, "SIGKILL");
    } finally {
      holder.kill("SIGKILL");
    }
  });

  it.for([
    ["a clock that would be negative", { boottime: { secs: -10_000_000_000 } }],
    ["a clock beyond its range", { monotonic: { secs: "9223372036854775807" } }],
    ["a second of nanoseconds", { monotonic: { nanosecs: 1_000_000_000 } }],
    ["an unknown clock", { realtime: { secs: 1 } }],
  ] as const)("refuses %s", ([, timeOffsets], { runtime }) => {
    const edit = (config: Config) => {
      withTime(timeOffsets)(config);
      return JSON.stringify(config).replace('"9223372036854775807"', "9223372036854775807");
    };
    const { status, stderr } = sh(runtime, "true", edit);
    expect(status).toBe(1);
    expect(stderr).toContain("/linux/timeOffsets");
  });

  it("refuses offsets without a namespace, and for one that is joined", ({ runtime }) => {
    const without = sh(runtime, "true", (config) => {
      config.linux.timeOffsets = offsets;
    });
    expect(without.status).toBe(1);
    const joined = sh(runtime, "true", (config) => {
      config.linux.namespaces.push({ type: "time", path: "/proc/self/ns/time" });
      config.linux.timeOffsets = offsets;
    });
    expect(joined.status).toBe(1);
  });
});

function python(script: string, ...args: string[]): string {
  return spawnSync("python3", ["-c", script, ...args], { encoding: "utf8" }).stdout;
}

async function childOf(parent: number): Promise<number> {
  for (;;) {
    const text = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim();
    if (text !== "") return Number(text.split(" ")[0]);
    await new Promise((done) => setTimeout(done, 10));
  }
}
