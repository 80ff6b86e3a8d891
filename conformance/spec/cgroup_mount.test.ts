import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { hasV1 } from "../support/cgroups.ts";
import { it } from "../support/fixture.ts";
import { type MountLine, mountsOf, seeWith } from "../support/probe.ts";
import { cgroupViews, isTsrunc, type Runtime } from "../support/runtime.ts";
import { sh, shOutput } from "../support/shell.ts";

const withoutNamespace = (config: Config) => {
  config.linux.namespaces = config.linux.namespaces.filter(({ type }: { type: string }) => type !== "cgroup");
};

const writable = (config: Config) => {
  config.mounts.at(-1).options = ["nosuid", "noexec", "nodev", "relatime"];
};

function cgroupMounts(runtime: Runtime, edit?: (config: Config) => unknown): MountLine[] {
  return mountsOf(seeWith(runtime, ["mounts"], edit)).filter(({ target }) =>
    target.startsWith("/sys/fs/cgroup"),
  );
}

describe.skipIf(!hasV1("memory"))("a mount of type cgroup on cgroup v1", () => {
  it("is a tmpfs with a mount for each hierarchy", ({ runtime }) => {
    const [top, ...hierarchies] = cgroupMounts(runtime);
    expect(top).toMatchObject({ target: "/sys/fs/cgroup", type: "tmpfs" });
    expect(top!.options).toEqual(expect.arrayContaining(["nosuid", "nodev", "noexec"]));
    // runc 1.1.5 leaves the tmpfs writable.
    if (isTsrunc) expect(top!.options).toContain("ro");
    const targets = hierarchies.map(({ target }) => target.slice("/sys/fs/cgroup/".length));
    expect(targets).toEqual(
      expect.arrayContaining(["memory", "cpu", "pids", "devices", "freezer", "systemd"]),
    );
    for (const mount of hierarchies) {
      expect(mount.type).toMatch(/^cgroup2?$/);
      expect(mount.options).toEqual(expect.arrayContaining(["ro", "nosuid", "nodev", "noexec"]));
    }
  });

  it.for([
    ["with", () => undefined],
    ["without", withoutNamespace],
  ] as const)(
    "%s a cgroup namespace shows the container's own cgroup at the top",
    ([, edit], { runtime }) => {
      const output = shOutput(
        runtime,
        "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/memory/cgroup.procs",
        (config) => {
          edit(config);
          config.linux.resources.pids = { limit: 77 };
        },
      );
      expect(output.split("\n").slice(0, 2)).toEqual(["77", "1"]);
    },
  );

  it("without ro can be written by the container's root", ({ runtime }) => {
    expect(shOutput(runtime, "mkdir /sys/fs/cgroup/pids/mine && echo made", writable)).toBe("made");
    expect(sh(runtime, "mkdir /sys/fs/cgroup/pids/mine").stderr).toContain("Read-only file system");
  });
});

describe("a mount of type cgroup on cgroup v2", () => {
  it.override({ view: "unified" });

  it.for([
    ["with", () => undefined],
    ["without", withoutNamespace],
  ] as const)("%s a cgroup namespace is the unified hierarchy", ([, edit], { runtime }) => {
    const mounts = cgroupMounts(runtime, edit);
    expect(mounts).toHaveLength(1);
    expect(mounts[0]).toMatchObject({ target: "/sys/fs/cgroup", type: "cgroup2" });
    expect(mounts[0]!.options).toEqual(
      expect.arrayContaining(["ro", "nosuid", "nodev", "noexec", "relatime"]),
    );
  });

  it("with a cgroup namespace shows the container's own cgroup at the top", ({ runtime }) => {
    expect(shOutput(runtime, "cat /sys/fs/cgroup/cgroup.procs | head -n 1")).toBe("1");
  });

  it("without ro can be written by the container's root", ({ runtime }) => {
    expect(shOutput(runtime, "mkdir /sys/fs/cgroup/mine && echo made", writable)).toBe("made");
    expect(sh(runtime, "mkdir /sys/fs/cgroup/mine").stderr).toContain("Read-only file system");
  });
});

describe.each(cgroupViews)("in the %s cgroup view", (view) => {
  it.override({ view });

  it("a container without any cgroup mount works", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["echo", "ran"], (config) => {
      config.mounts.pop();
    });
    expect(runtime.run(bundle)).toEqual({ status: 0, stdout: "ran\n", stderr: "" });
  });
});
