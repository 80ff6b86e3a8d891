import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Config } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { inOwnMounts, shareAll } from "../support/mount_namespace.ts";
import { mountsOf, readMountinfo, seeWith } from "../support/probe.ts";
import { isTsrunc, type Runtime } from "../support/runtime.ts";
import { shOutput } from "../support/shell.ts";

const withPropagation = (value: string | undefined) => (config: Config) => {
  if (value !== undefined) config.linux.rootfsPropagation = value;
};

/** May mount, in a writable root. */
function privileged(config: Config): void {
  config.root.readonly = false;
  for (const set of ["bounding", "effective", "permitted"]) {
    config.process.capabilities[set].push("CAP_SYS_ADMIN");
  }
}

/** The propagation of the container's root, where every mount of the runtime is shared. */
function rootPropagation(runtime: Runtime, value: string | undefined): readonly string[] {
  const seen = seeWith(runtime, ["mounts"], withPropagation(value), inOwnMounts(shareAll));
  const [root] = mountsOf(seen).filter(({ target }) => target === "/");
  return root!.propagation.map((each) => each.split(":")[0]!);
}

describe("rootfsPropagation", () => {
  it.for([
    [undefined, ["master"]],
    ["slave", ["master"]],
    ["rslave", ["master"]],
    ["private", []],
    ["rprivate", []],
  ] as const)("%s shows on the container's root", ([value, expected], { runtime }) => {
    expect(rootPropagation(runtime, value)).toEqual(expected);
  });

  // runc makes the host's root unbindable before it binds the container's, and leaves a shared one private.
  it.skipIf(!isTsrunc).for([
    ["unbindable", ["unbindable"]],
    ["runbindable", ["unbindable"]],
    ["shared", ["shared"]],
    ["rshared", ["shared"]],
  ] as const)("%s shows on the container's root", ([value, expected], { runtime }) => {
    expect(rootPropagation(runtime, value)).toEqual(expected);
  });

  it.skipIf(!isTsrunc)("runbindable does not get in the way of masked and read-only paths", ({ runtime }) => {
    const script =
      "wc -c </proc/keys; touch /proc/sys/kernel/x 2>&1 | grep -c 'Read-only\\|denied\\|No such'; :";
    expect(shOutput(runtime, script, withPropagation("runbindable"))).toMatch(/^0\n/);
  });

  it("slave lets mounts of the host below the root file system appear in the container", ({ runtime }) => {
    const edit = (config: Config, bundle: string) => {
      withPropagation("slave")(config);
      mkdirSync(join(bundle, "rootfs/later"));
      // Runs in the runtime's namespace while the container waits.
      const place = join(bundle, "rootfs/later");
      config.hooks = {
        createRuntime: [
          { path: "/bin/sh", args: ["sh", "-c", `mount -t tmpfs later ${place}; cat >/dev/null`] },
        ],
      };
    };
    const own = inOwnMounts(shareAll);
    expect(shOutput(runtime, "grep -c ' /later .* tmpfs later ' /proc/self/mountinfo", edit, own)).toBe("1");
  });
});

describe("with rootfsPropagation shared", () => {
  /** Mounts of the test's own namespace that only one of the files before and after names. */
  const difference = (runtime: Runtime) => {
    const targets = (name: string) =>
      readMountinfo(readFileSync(join(runtime.directory, name), "utf8")).map(({ target }) => target);
    const before = new Set(targets("before"));
    return targets("after").filter((target) => !before.has(target));
  };

  const watched = (runtime: Runtime, before: string) => {
    const copy = (name: string) => `cat /proc/self/mountinfo >${join(runtime.directory, name)}`;
    return inOwnMounts(`${before}; ${shareAll}; ${copy("before")}`, copy("after"));
  };

  it("no mount of the container reaches the host", ({ runtime }) => {
    shOutput(
      runtime,
      "mount -t tmpfs x /tmp",
      (config) => {
        privileged(config);
        withPropagation("rshared")(config);
      },
      watched(runtime, ":"),
    );
    expect(difference(runtime)).toEqual([]);
  });

  it.for(["shared", "rshared"])("a bind with %s passes a mount back to the host", (option, { runtime }) => {
    const peer = join(runtime.directory, "peer");
    mkdirSync(peer);
    const edit = (config: Config) => {
      privileged(config);
      withPropagation("shared")(config);
      config.mounts.push({ destination: "/tmp", source: peer, options: ["rbind", option] });
    };
    const before = `mount -t tmpfs peer ${peer}; mkdir ${peer}/sub`;
    shOutput(runtime, "mount -t tmpfs back /tmp/sub", edit, watched(runtime, before));
    expect(difference(runtime)).toEqual([join(peer, "sub")]);
  });

  it.for(["slave", "rprivate"])("a bind with %s does not", (option, { runtime }) => {
    const peer = join(runtime.directory, "peer");
    mkdirSync(peer);
    const edit = (config: Config) => {
      privileged(config);
      withPropagation("shared")(config);
      config.mounts.push({ destination: "/tmp", source: peer, options: ["rbind", option] });
    };
    const before = `mount -t tmpfs peer ${peer}; mkdir ${peer}/sub`;
    shOutput(runtime, "mount -t tmpfs kept /tmp/sub", edit, watched(runtime, before));
    expect(difference(runtime)).toEqual([]);
  });
});
