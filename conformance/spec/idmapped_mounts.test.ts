import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Config } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { mappedTo } from "../support/id_mappings.ts";
import { inOwnMounts } from "../support/mount_namespace.ts";
import { mountsOf, seeWith } from "../support/probe.ts";
import { isTsrunc, type Runtime } from "../support/runtime.ts";
import { sh, shOutput } from "../support/shell.ts";

/** A directory of the host's root with a file of 0, one of 1000 and one of an id beyond the mappings. */
function hostDirectory(runtime: Runtime): string {
  const directory = join(runtime.directory, "source");
  mkdirSync(directory);
  chmodSync(directory, 0o777);
  for (const id of [0, 1000, 70_000]) {
    writeFileSync(join(directory, `of${id}`), "");
    chownSync(join(directory, `of${id}`), id, id);
  }
  return directory;
}

type Mapping = { containerID: number; hostID: number; size: number };

interface IdMount {
  readonly source: string;
  readonly options: readonly string[];
  readonly mappings?: readonly Mapping[];
}

const add =
  ({ source, options, mappings }: IdMount) =>
  (config: Config) => {
    config.mounts.push({
      destination: "/tmp",
      source,
      options,
      uidMappings: mappings,
      gidMappings: mappings,
    });
  };

const owners = "stat -c '%u:%g' /tmp/of0 /tmp/of1000 /tmp/of70000";
const to5000 = [{ containerID: 0, hostID: 5000, size: 2000 }];

// runc 1.1 knows mappings in part and the options not at all.
describe.skipIf(!isTsrunc)("a mount with idmap", () => {
  it("shows the files with mapped owners, and those beyond the mappings as nobody's", ({ runtime }) => {
    const edit = add({ source: hostDirectory(runtime), options: ["bind", "idmap"], mappings: to5000 });
    expect(shOutput(runtime, owners, edit)).toBe("5000:5000\n6000:6000\n65534:65534");
  });

  it("writes files with the owner that the mapping gives back", ({ runtime }) => {
    const source = hostDirectory(runtime);
    const edit = (config: Config) => {
      add({ source, options: ["bind", "idmap"], mappings: to5000 })(config);
      config.process.user = { uid: 5007, gid: 5008 };
    };
    expect(shOutput(runtime, "touch /tmp/new && stat -c '%u:%g' /tmp/new", edit)).toBe("5007:5008");
    expect(statSync(join(source, "new"))).toMatchObject({ uid: 7, gid: 8 });
  });

  it("takes several mappings, and different ones on each mount", ({ runtime }) => {
    const source = hostDirectory(runtime);
    const swapped = [
      { containerID: 0, hostID: 1000, size: 1 },
      { containerID: 1000, hostID: 0, size: 1 },
    ];
    const edit = (config: Config) => {
      add({ source, options: ["bind", "idmap"], mappings: swapped })(config);
      config.mounts.push({ destination: "/run", source, options: ["bind"] });
      const third = { uidMappings: to5000, gidMappings: to5000 };
      config.mounts.push({ destination: "/root", source, options: ["bind", "idmap"], ...third });
    };
    const script = "stat -c '%u' /tmp/of0 /tmp/of1000 /run/of0 /root/of0";
    expect(shOutput(runtime, script, edit)).toBe("1000\n0\n0\n5000");
  });

  it("without the option is mapped all the same, when it has mappings", ({ runtime }) => {
    const bundle = add({ source: hostDirectory(runtime), options: ["bind"], mappings: to5000 });
    const { status, stdout } = sh(runtime, "stat -c %u /tmp/of0", bundle);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "5000\n" });
  });

  it("without mappings takes those of the container: root's files are root's inside", ({ runtime }) => {
    const source = hostDirectory(runtime);
    const edit = (config: Config, bundle: string) => {
      mappedTo(100_000)(config, bundle);
      add({ source, options: ["bind", "idmap"] })(config);
    };
    expect(shOutput(runtime, `${owners}; echo x >/tmp/made; stat -c %u /tmp/made`, edit)).toBe(
      "0:0\n1000:1000\n65534:65534\n0",
    );
    expect(statSync(join(source, "made")).uid).toBe(0);
  });

  it("reaches sources that the container's root cannot", ({ runtime }) => {
    const source = hostDirectory(runtime);
    const closed = join(runtime.directory, "closed");
    mkdirSync(closed);
    symlinkSync(source, join(closed, "link"));
    chmodSync(closed, 0o700);
    const edit = (config: Config, bundle: string) => {
      mappedTo(100_000)(config, bundle);
      add({ source: join(closed, "link"), options: ["bind", "idmap"] })(config);
    };
    expect(shOutput(runtime, "stat -c %u /tmp/of1000", edit)).toBe("1000");
  });

  it("may be read-only, and says idmapped in mountinfo", ({ runtime }) => {
    const edit = add({ source: hostDirectory(runtime), options: ["bind", "idmap", "ro"], mappings: to5000 });
    const found = mountsOf(seeWith(runtime, ["mounts"], edit)).find(({ target }) => target === "/tmp");
    expect(found?.options).toEqual(expect.arrayContaining(["ro", "idmapped"]));
  });

  it.for([
    ["idmap", ["idmapped", "plain"]],
    ["ridmap", ["idmapped", "idmapped"]],
  ] as const)("on a tree: %s", ([option, expected], { runtime }) => {
    const source = hostDirectory(runtime);
    mkdirSync(join(source, "sub"));
    const edit = add({ source, options: ["rbind", option], mappings: to5000 });
    const own = inOwnMounts(`mount -t tmpfs below ${source}/sub`);
    const mounts = mountsOf(seeWith(runtime, ["mounts"], edit, own));
    const found = mounts.filter(({ target }) => target.startsWith("/tmp"));
    expect(found.map(({ options }) => (options.includes("idmapped") ? "idmapped" : "plain"))).toEqual(
      expected,
    );
  });

  it("without mappings anywhere is refused", ({ runtime }) => {
    const source = hostDirectory(runtime);
    const { status, stderr } = sh(runtime, "true", add({ source, options: ["bind", "idmap"] }));
    expect(status).toBe(1);
    expect(stderr).toMatch(/idmap needs id mappings/);
  });

  it("of a file system that cannot do it is refused in words that say so", ({ runtime }) => {
    const edit = add({ source: "/proc/sys", options: ["bind", "idmap"], mappings: to5000 });
    const { status, stderr } = sh(runtime, "true", edit);
    expect(status).toBe(1);
    expect(stderr).toMatch(/\/mounts\/7/);
    expect(stderr).toMatch(/map the ids of the mount/);
  });

  it("is refused when it is no bind", ({ runtime }) => {
    const { status, stderr } = sh(runtime, "true", (config) => {
      const maps = { uidMappings: to5000, gidMappings: to5000 };
      config.mounts.push({
        destination: "/tmp",
        type: "tmpfs",
        source: "tmpfs",
        options: ["idmap"],
        ...maps,
      });
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/only bind mounts/);
  });
});
