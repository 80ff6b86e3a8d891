import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { chownTree, mappedTo } from "../support/id_mappings.ts";
import { inOwnMounts, shareAll } from "../support/mount_namespace.ts";
import { mountsOf, seeWith } from "../support/probe.ts";
import { isTsrunc, type Runtime } from "../support/runtime.ts";
import { sh, shOutput } from "../support/shell.ts";

const hostId = 100_000;
const mapped = mappedTo(hostId);

type Mount = { destination: string; type?: string; source?: string; options?: string[] };

const mappedWith =
  (...mounts: Mount[]) =>
  (config: Config, bundle: string) => {
    mapped(config, bundle);
    config.mounts.push(...mounts);
  };

/** Every capability that mounting takes. */
function mayMount(config: Config): void {
  for (const set of ["bounding", "effective", "permitted"]) {
    config.process.capabilities[set].push("CAP_SYS_ADMIN");
  }
}

/** A directory that only the host's root may enter, with a directory in it that everybody may read. */
function closedDirectory(runtime: Runtime): string {
  const closed = join(runtime.directory, "closed");
  mkdirSync(join(closed, "open"), { recursive: true });
  writeFileSync(join(closed, "open/file"), "from a closed place\n");
  chmodSync(closed, 0o700);
  return join(closed, "open");
}

describe("a bind in a user namespace", () => {
  // runc opens such sources from 1.1.9 on.
  it.skipIf(!isTsrunc)("takes a source that the container's root cannot reach", ({ runtime }) => {
    const source = closedDirectory(runtime);
    const edit = mappedWith(
      { destination: "/tmp", source, options: ["rbind", "ro"] },
      { destination: "/etc/passwd", source: join(source, "file"), options: ["bind"] },
    );
    expect(shOutput(runtime, "cat /tmp/file /etc/passwd; stat -c %u /tmp", edit)).toBe(
      "from a closed place\nfrom a closed place\n65534",
    );
  });

  it("of something missing is an error with its place in the config", ({ runtime }) => {
    const { status, stderr } = sh(
      runtime,
      "true",
      mappedWith({ destination: "/tmp", source: "/not/there", options: ["bind"] }),
    );
    expect(status).toBe(1);
    expect(stderr).toContain("/not/there");
    if (isTsrunc) expect(stderr).toMatch(/no such file or directory.*\/mounts\/7/);
  });

  it.skipIf(!isTsrunc)("may be one of hundreds", ({ runtime }) => {
    const source = closedDirectory(runtime);
    const mounts = Array.from({ length: 400 }, (_, index) => {
      return { destination: `/tmp/${index}`, source, options: ["bind"] };
    });
    const edit = mappedWith({ destination: "/tmp", type: "tmpfs", source: "tmpfs" }, ...mounts);
    expect(shOutput(runtime, "grep -c ' /tmp/[0-9]' /proc/self/mountinfo; cat /tmp/399/file", edit)).toBe(
      "400\nfrom a closed place",
    );
  });

  it("keeps what is mounted below it locked: root inside can neither take it off nor make it writable", ({
    runtime,
  }) => {
    const source = join(runtime.directory, "shared");
    mkdirSync(source);
    const before = `mount -t tmpfs top ${source}; mkdir ${source}/sub; mount -t tmpfs -o ro,nosuid below ${source}/sub`;
    const edit = (config: Config, bundle: string) => {
      mappedWith({ destination: "/tmp", source, options: ["rbind"] })(config, bundle);
      mayMount(config);
    };
    const script =
      "umount /tmp/sub 2>/dev/null && echo off; mount -o remount,bind,rw /tmp/sub 2>/dev/null && echo writable; :";
    expect(shOutput(runtime, script, edit, inOwnMounts(before))).toBe("");
  });

  // runc tries again with the flags of the source from 1.2 on.
  it.skipIf(!isTsrunc)("keeps the locked flags of its source beside those it names", ({ runtime }) => {
    const source = join(runtime.directory, "locked");
    mkdirSync(source);
    const before = `mount -t tmpfs -o nosuid,nodev,noexec locked ${source}; chmod 755 ${source}`;
    const edit = mappedWith({ destination: "/tmp", source, options: ["bind", "ro"] });
    const mounts = mountsOf(seeWith(runtime, ["mounts"], edit, inOwnMounts(before)));
    expect(mounts.find(({ target }) => target === "/tmp")?.options).toEqual(
      expect.arrayContaining(["ro", "nosuid", "nodev", "noexec"]),
    );
  });

  // runc ignores it until 1.2.
  it.skipIf(!isTsrunc)("cannot clear a locked flag", ({ runtime }) => {
    const source = join(runtime.directory, "locked");
    mkdirSync(source);
    const edit = mappedWith({ destination: "/tmp", source, options: ["bind", "suid"] });
    const own = inOwnMounts(`mount -t tmpfs -o nosuid locked ${source}; chmod 755 ${source}`);
    const { status, stderr } = sh(runtime, "true", edit, own);
    expect(status).toBe(1);
    expect(stderr).toMatch(/operation not permitted/);
  });

  // With runc it stays a slave also where the mounts are to be private.
  it.for([
    [undefined, ["master"]],
    ...(isTsrunc ? [["private", []] as const] : []),
    ["shared", ["master"]],
  ] as const)(
    "is a slave of the host's mount at most: rootfsPropagation %s",
    ([propagation, expected], { runtime }) => {
      const source = join(runtime.directory, "peer");
      mkdirSync(source);
      const edit = (config: Config, bundle: string) => {
        mappedWith({ destination: "/tmp", source, options: ["rbind"] })(config, bundle);
        if (propagation !== undefined) config.linux.rootfsPropagation = propagation;
      };
      const own = inOwnMounts(`mount -t tmpfs peer ${source}; chmod 755 ${source}; ${shareAll}`);
      const mounts = mountsOf(seeWith(runtime, ["mounts"], edit, own));
      const found = mounts.find(({ target }) => target === "/tmp");
      expect(found?.propagation.map((each) => each.split(":")[0])).toEqual(expected);
    },
  );
});

describe("what root of a user namespace finds", () => {
  it("belongs to it: new file systems, the root file system, processes", ({ runtime }) => {
    // runc makes the message queues before it has the group.
    const queues = isTsrunc ? "/dev/mqueue" : "";
    const script = `stat -c '%n %u:%g' / /dev /dev/shm ${queues} /dev/pts /proc/self/status /proc/1`;
    for (const line of shOutput(runtime, script, mapped).split("\n")) expect(line).toMatch(/ 0:0$/);
  });

  it("are file systems of its own", ({ runtime }) => {
    const types = mountsOf(seeWith(runtime, ["mounts"], mapped)).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(["proc", "sysfs", "mqueue", "devpts", "tmpfs"]));
  });

  it("is a sysfs of its network namespace", ({ runtime }) => {
    expect(shOutput(runtime, "ls /sys/class/net; stat -f -c %T /sys", mapped)).toBe("lo\nsysfs");
  });

  it("are nodes of the host that work", ({ runtime }) => {
    const script =
      "echo x >/dev/null && head -c 3 /dev/zero | wc -c && stat -c %u /dev/null && echo x >/dev/full";
    const { stdout, stderr } = sh(runtime, script, mapped);
    expect(stdout).toBe("3\n65534\n");
    expect(stderr).toMatch(/No space left/);
  });

  it("are further devices of the config, bound from the host", ({ runtime }) => {
    const output = shOutput(runtime, "stat -c '%F %t:%T' /dev/kmsg", (config, bundle) => {
      mapped(config, bundle);
      config.linux.devices = [{ type: "c", path: "/dev/kmsg", major: 1, minor: 11 }];
    });
    expect(output).toBe("character special file 1:b");
  });
});

describe("a cgroup mount in a user namespace, in the unified cgroup view", () => {
  it.override({ view: "unified" });

  it("is a read-only bind of the hierarchy when the cgroup namespace is the host's", ({ runtime }) => {
    const seen = seeWith(runtime, ["mounts"], (config, bundle) => {
      mapped(config, bundle);
      config.linux.namespaces = config.linux.namespaces.filter(({ type }: Mount) => type !== "cgroup");
    });
    const found = mountsOf(seen).findLast(({ target }) => target === "/sys/fs/cgroup");
    expect(found).toMatchObject({ type: "cgroup2", root: "/" });
    expect(found?.options).toEqual(expect.arrayContaining(["ro", "nosuid", "nodev", "noexec"]));
  });
});

describe("mappings", () => {
  it("may leave holes: ids in none of them are nobody's", ({ runtime }) => {
    const edit = (config: Config, bundle: string) => {
      const mappings = [
        { containerID: 0, hostID: hostId, size: 10 },
        { containerID: 1000, hostID: 200_000, size: 1 },
      ];
      config.linux.namespaces.push({ type: "user" });
      config.linux.uidMappings = mappings;
      config.linux.gidMappings = mappings;
      chownTree(join(bundle, "rootfs"), hostId);
      for (const [name, id] of [
        ["known", 200_000],
        ["unknown", 300_000],
      ] as const) {
        writeFileSync(join(bundle, "rootfs", name), "");
        chownSync(join(bundle, "rootfs", name), id, id);
      }
    };
    expect(shOutput(runtime, "stat -c '%u %g' / /known /unknown", edit)).toBe("0 0\n1000 1000\n65534 65534");
  });

  it("let setgroups be called", ({ runtime }) => {
    expect(shOutput(runtime, "cat /proc/self/setgroups", mapped)).toBe("allow");
  });

  it("refuse a user that none of them holds, in plain words", ({ runtime }) => {
    const { status, stderr } = sh(runtime, "true", (config, bundle) => {
      mapped(config, bundle);
      config.process.user = { uid: 70_000, gid: 0 };
    });
    expect(status).toBe(1);
    if (isTsrunc) expect(stderr).toMatch(/not mapped/);
  });
});

describe("hooks of a container in a user namespace", () => {
  it("run as the host's root in its namespaces, and in the container as its root", ({ runtime }) => {
    const record = (name: string) => join(runtime.directory, name);
    const idTo = (path: string) => ({
      path: "/bin/sh",
      args: ["sh", "-c", `cat /proc/self/uid_map >${path}; cat >/dev/null`],
    });
    const bundle = makeBundle(runtime.directory, ["true"], (config, directory) => {
      mapped(config, directory);
      const inside = record("inside");
      writeFileSync(inside, "");
      chmodSync(inside, 0o666);
      config.hooks = { createRuntime: [idTo(record("outside"))], createContainer: [idTo(inside)] };
    });
    expect(runtime.run(bundle)).toMatchObject({ status: 0, stderr: "" });
    const map = (name: string) => readFileSync(record(name), "utf8").trim().split(/\s+/).map(Number);
    expect(map("outside")[2]).toBe(4294967295);
    expect(map("inside")).toEqual([0, hostId, 65536]);
  });
});
