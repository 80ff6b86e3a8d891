import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { type MountLine, mountsOf, seeWith } from "../support/probe.ts";
import { isTsrunc, type Runtime } from "../support/runtime.ts";
import { shOutput } from "../support/shell.ts";

type Mount = { destination: string; type?: string; source?: string; options?: string[] };

const add =
  (...mounts: Mount[]) =>
  (config: Config) => {
    config.mounts.push(...mounts);
  };

const tmpfs = (destination: string, ...options: string[]): Mount => {
  return { destination, type: "tmpfs", source: "tmpfs", options };
};

/** What the container sees mounted at `target`, the topmost last. */
function mountsAt(runtime: Runtime, target: string, ...mounts: Mount[]): MountLine[] {
  return mountsOf(seeWith(runtime, ["mounts"], add(...mounts))).filter((mount) => mount.target === target);
}

describe("mounts", () => {
  it("of the usual config have the types and options that it names", ({ runtime }) => {
    const mounts = mountsOf(seeWith(runtime, ["mounts"]));
    const found = (target: string) => mounts.findLast((mount) => mount.target === target);
    expect(found("/proc")).toMatchObject({
      type: "proc",
      options: expect.arrayContaining(["rw", "relatime"]),
    });
    expect(found("/dev")).toMatchObject({ type: "tmpfs", options: ["rw", "nosuid"] });
    expect(found("/dev")?.superOptions).toEqual(expect.arrayContaining(["size=65536k", "mode=755"]));
    expect(found("/dev/pts")).toMatchObject({
      type: "devpts",
      options: ["rw", "nosuid", "noexec", "relatime"],
    });
    expect(found("/dev/pts")?.superOptions).toEqual(
      expect.arrayContaining(["gid=5", "mode=620", "ptmxmode=666"]),
    );
    expect(found("/dev/shm")).toMatchObject({ type: "tmpfs", source: "shm" });
    expect(found("/dev/shm")?.options).toEqual(expect.arrayContaining(["nosuid", "nodev", "noexec"]));
    expect(found("/dev/mqueue")).toMatchObject({ type: "mqueue" });
    expect(found("/sys")).toMatchObject({ type: "sysfs" });
    expect(found("/sys")?.options).toEqual(expect.arrayContaining(["ro", "nosuid", "nodev", "noexec"]));
  });

  it("are made in the order of the list", ({ runtime }) => {
    const output = shOutput(
      runtime,
      "ls /tmp; cut -d' ' -f5 /proc/self/mountinfo | grep ^/tmp",
      add(tmpfs("/tmp/a"), tmpfs("/tmp"), tmpfs("/tmp/b"), tmpfs("/tmp/b/c")),
    );
    // The first is hidden by the second.
    expect(output.split("\n")).toEqual(["b", "/tmp/a", "/tmp", "/tmp/b", "/tmp/b/c"]);
  });

  it("may be stacked on one destination, the last on top", ({ runtime }) => {
    const found = mountsAt(runtime, "/tmp", tmpfs("/tmp", "size=4k"), tmpfs("/tmp", "size=8k"));
    expect(found.map(({ superOptions }) => superOptions.find((each) => each.startsWith("size=")))).toEqual([
      "size=4k",
      "size=8k",
    ]);
  });

  it("outside the container are none of what it sees, and none of its mounts is left outside", ({
    runtime,
  }) => {
    const targets = mountsOf(seeWith(runtime, ["mounts"], add(tmpfs("/tmp")))).map(({ target }) => target);
    expect(targets[0]).toBe("/");
    expect(targets.filter((target) => target.includes(runtime.directory))).toEqual([]);
    expect(targets.filter((target) => target === "/")).toHaveLength(1);
  });
});

describe("mount options", () => {
  it.for([
    ["ro", "ro"],
    ["nosuid", "nosuid"],
    ["nodev", "nodev"],
    ["noexec", "noexec"],
    ["noatime", "noatime"],
    ["nodiratime", "nodiratime"],
    ["relatime", "relatime"],
  ] as const)("%s is set on a new mount and on a bind", ([option, shown], { runtime }) => {
    mkdirSync(join(runtime.directory, "source"));
    const bind = {
      destination: "/run",
      source: join(runtime.directory, "source"),
      options: ["bind", option],
    };
    const mounts = mountsOf(seeWith(runtime, ["mounts"], add(tmpfs("/tmp", option), bind)));
    for (const target of ["/tmp", "/run"]) {
      expect(mounts.find((mount) => mount.target === target)?.options).toContain(shown);
    }
  });

  it.for([
    ["sync", "sync"],
    ["dirsync", "dirsync"],
    ["lazytime", "lazytime"],
    ["nr_inodes=7", "nr_inodes=7"],
  ] as const)("%s reaches the file system", ([option, shown], { runtime }) => {
    if (option === "lazytime" && !isTsrunc) return; // runc knows it since 1.1.9
    const [mount] = mountsAt(runtime, "/tmp", tmpfs("/tmp", option));
    expect(mount!.superOptions).toContain(shown);
  });

  it("strictatime and the words that clear a flag leave no flag", ({ runtime }) => {
    const clearing = ["rw", "suid", "dev", "exec", "async", "atime", "diratime", "strictatime"];
    const [mount] = mountsAt(runtime, "/tmp", tmpfs("/tmp", ...clearing));
    expect(mount!.options).toEqual(["rw"]);
  });

  it("of two that contradict each other, the later counts", ({ runtime }) => {
    const [mount] = mountsAt(runtime, "/tmp", tmpfs("/tmp", "ro", "noexec", "nosuid", "rw", "exec"));
    expect(mount!.options).toEqual(expect.arrayContaining(["rw", "nosuid"]));
    expect(mount!.options).not.toContain("noexec");
  });

  // runc hands it to the file system, which refuses it; the specification lists it.
  it.skipIf(!isTsrunc)("defaults means nothing", ({ runtime }) => {
    expect(mountsAt(runtime, "/tmp", tmpfs("/tmp", "defaults"))).toHaveLength(1);
  });
});

describe("tmpfs", () => {
  it("has the size and mode that its options give", ({ runtime }) => {
    const script =
      "stat -c %a /new; dd if=/dev/zero of=/new/big bs=1k count=100 2>&1 | grep -c 'No space'; wc -c </new/big";
    const edit = (config: Config) => {
      config.root.readonly = false;
      add(tmpfs("/new", "size=16k", "mode=1770"))(config);
    };
    expect(shOutput(runtime, script, edit)).toBe("1770\n1\n16384");
  });

  const overExisting =
    (...options: string[]) =>
    (config: Config, bundle: string) => {
      mkdirSync(join(bundle, "rootfs/modes"));
      chmodSync(join(bundle, "rootfs/modes"), 0o711);
      add(tmpfs("/modes", ...options))(config);
    };

  it("takes the mode of the directory that it covers when none is given", ({ runtime }) => {
    expect(shOutput(runtime, "stat -c %a /modes", overExisting())).toBe("711");
  });

  // runc 1.1.5 sets the mode of the directory after the mount, whatever the options say.
  it.skipIf(!isTsrunc)(
    "with a mode has it although the directory that it covers has another",
    ({ runtime }) => {
      expect(shOutput(runtime, "stat -c %a /modes", overExisting("mode=1777"))).toBe("1777");
    },
  );

  it("tmpcopyup starts with what the image has there", ({ runtime }) => {
    const edit = (config: Config, bundle: string) => {
      mkdirSync(join(bundle, "rootfs/filled/deep"), { recursive: true });
      writeFileSync(join(bundle, "rootfs/filled/deep/file"), "from the image");
      add(tmpfs("/filled", "tmpcopyup"))(config);
    };
    const script =
      "cat /filled/deep/file; echo new >/filled/deep/file && grep -c ' /filled ' /proc/self/mountinfo";
    expect(shOutput(runtime, script, edit)).toBe("from the image1");
  });

  it("mounted ro is read-only although nodes could be made in it before", ({ runtime }) => {
    expect(shOutput(runtime, "touch /tmp/x 2>&1; :", add(tmpfs("/tmp", "ro")))).toContain(
      "Read-only file system",
    );
  });
});

describe("destinations", () => {
  it("that are missing are made, in a writable root file system", ({ runtime }) => {
    const edit = (config: Config) => {
      config.root.readonly = false;
      add(tmpfs("/not/there/yet"))(config);
    };
    expect(shOutput(runtime, "stat -f -c %T /not/there/yet; stat -c %a /not /not/there", edit)).toBe(
      "tmpfs\n755\n755",
    );
  });

  it("of a tmpfs that are missing get the file system's own mode, which lets everybody write", ({
    runtime,
  }) => {
    const edit = (config: Config) => {
      config.root.readonly = false;
      add(tmpfs("/made"))(config);
    };
    expect(shOutput(runtime, "stat -c %a /made", edit)).toBe("1777");
  });

  it("may hold spaces and other odd characters", ({ runtime }) => {
    const odd = "/tmp/a b\\c\"d'e\u00fc";
    const output = shOutput(runtime, 'cd "$ODD" && pwd && stat -f -c %T .', (config: Config) => {
      config.process.env.push(`ODD=${odd}`);
      add(tmpfs("/tmp"), tmpfs(odd))(config);
    });
    expect(output).toBe(`${odd}\ntmpfs`);
  });

  it("are cleaned of . and .. and double slashes", ({ runtime }) => {
    expect(mountsAt(runtime, "/tmp", tmpfs("//etc/./../tmp//"))).toHaveLength(1);
  });

  it("that are relative are taken from the root", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/bin/probe", "mounts"], add(tmpfs("tmp")));
    const { status, stdout } = runtime.run(bundle);
    expect(status).toBe(0);
    expect(stdout).toMatch(/ \/tmp /);
  });
});
