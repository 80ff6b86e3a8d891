/** "Cgroup ownership": who owns the container's cgroup. cgroup v2 only. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import type { Config } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { isTsrunc } from "../support/runtime.ts";
import { shOutput } from "../support/shell.ts";

const delegateList = "/sys/kernel/cgroup/delegate";
const delegates = existsSync(delegateList)
  ? readFileSync(delegateList, "utf8").trim().split("\n")
  : ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"];

/** The host's own hierarchy is v2 already. */
const isUnified = existsSync("/sys/fs/cgroup/cgroup.controllers");

const script = "stat -c '%u %n' /sys/fs/cgroup /sys/fs/cgroup/*";

function cgroupMount(config: Config) {
  return config.mounts.find(({ type }: { type: string }) => type === "cgroup");
}

function writable(config: Config): void {
  config.process.user = { uid: 1000, gid: 1000 };
  cgroupMount(config).options = ["nosuid", "noexec", "nodev", "rw"];
}

function withUserNamespace(config: Config): void {
  config.linux.namespaces.push({ type: "user" });
  config.linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }];
  config.linux.gidMappings = config.linux.uidMappings;
  config.root.readonly = false;
}

/** Owner by name; "" is the directory itself. */
function ownersOf(output: string): ReadonlyMap<string, number> {
  return new Map(
    output.split("\n").map((line) => {
      const [uid, path] = line.split(" ") as [string, string];
      return [path.replace(/^\/sys\/fs\/cgroup\/?/, ""), Number(uid)];
    }),
  );
}

// runc follows the rule with its systemd driver only.
describe.skipIf(!isTsrunc)("cgroup ownership on v2", () => {
  it.override({ view: isUnified ? "host" : "unified" });

  const cases = [
    ["of the host's ids", () => undefined, 0],
    // What root of the host owns is nobody's inside.
    ["of a user namespace", withUserNamespace, 65534],
  ] as const;

  it.for(cases)("is the user's, %s, where the cgroup is writable", ([, more, others], { runtime }) => {
    const owners = ownersOf(
      shOutput(runtime, script, (config) => {
        writable(config);
        more(config);
      }),
    );
    expect(owners.get("")).toBe(1000);
    for (const [name, uid] of owners) {
      const expected = name === "" || delegates.includes(name) ? 1000 : others;
      expect({ name, uid }).toEqual({ name, uid: expected });
    }
    expect(owners.size).toBeGreaterThan(5);
  });

  it("lets the user make cgroups and enter them, and change no limit", ({ runtime }) => {
    const output = shOutput(
      runtime,
      "cd /sys/fs/cgroup && mkdir a && echo 0 > a/cgroup.procs && cat /proc/self/cgroup;" +
        "(echo 1 > cgroup.freeze) 2>/dev/null || echo refused",
      (config) => {
        writable(config);
        withUserNamespace(config);
      },
    );
    expect(output).toMatch(/^0::\/a$/m);
    expect(output).toMatch(/^refused$/m);
  });

  const kept: readonly (readonly [string, (config: Config) => void])[] = [
    ["is mounted read-only", (config) => cgroupMount(config).options.push("ro")],
    [
      "is not a namespace of its own",
      (config) => {
        config.linux.namespaces = config.linux.namespaces.filter(
          ({ type }: { type: string }) => type !== "cgroup",
        );
      },
    ],
    [
      "is mounted from another source",
      (config) => {
        cgroupMount(config).source = "none";
      },
    ],
  ];
  it.for(kept)("stays root's where it %s", ([, more], { runtime }) => {
    const output = shOutput(runtime, script, (config) => {
      writable(config);
      more(config);
    });
    for (const [name, uid] of ownersOf(output)) expect({ name, uid }).toEqual({ name, uid: 0 });
  });
});

describe.skipIf(isUnified)("cgroup ownership on v1", () => {
  it("stays root's", ({ runtime }) => {
    const output = shOutput(runtime, "stat -c '%u %n' /sys/fs/cgroup/*/cgroup.procs", writable);
    expect(output).toMatch(/^0 /m);
    expect(output).not.toMatch(/^1000 /m);
  });
});
