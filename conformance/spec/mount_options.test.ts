import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Config } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { inOwnMounts } from "../support/mount_namespace.ts";
import { type MountLine, mountsOf, seeWith } from "../support/probe.ts";
import { isTsrunc, type Runtime } from "../support/runtime.ts";
import { sh, shOutput } from "../support/shell.ts";

type Mount = { destination: string; type?: string; source?: string; options?: string[] };

const add =
  (...mounts: Mount[]) =>
  (config: Config) => {
    config.mounts.push(...mounts);
  };

const tmpfs = (destination: string, ...options: string[]): Mount => {
  return { destination, type: "tmpfs", source: "tmpfs", options };
};

/** A tree of the host: a tmpfs with another one below, and with every flag set on both when `flags` says so. */
function treeOf(runtime: Runtime, flags = "") {
  const source = join(runtime.directory, "tree");
  mkdirSync(source);
  const flag = (target: string) => (flags === "" ? ":" : `mount -o remount,bind,${flags} ${target}`);
  const own = inOwnMounts(
    `mount -t tmpfs top ${source}; mkdir ${source}/sub; mount -t tmpfs sub ${source}/sub; ` +
      `${flag(`${source}/sub`)}; ${flag(source)}`,
  );
  return { source, own };
}

/** The flags of the top and of the mount below it, as the container sees them. */
function flagsOfTree(runtime: Runtime, option: string, flags = ""): readonly (readonly string[])[] {
  const { source, own } = treeOf(runtime, flags);
  const edit = add({ destination: "/tmp", source, options: ["rbind", option] });
  return mountsOf(seeWith(runtime, ["mounts"], edit, own))
    .filter(({ target }) => target.startsWith("/tmp"))
    .map(({ options }) => options);
}

function mountAt(runtime: Runtime, target: string, ...mounts: Mount[]): MountLine {
  const found = mountsOf(seeWith(runtime, ["mounts"], add(...mounts))).findLast(
    (mount) => mount.target === target,
  );
  expect(found).toBeDefined();
  return found!;
}

describe("a recursive option sets the flag on every mount of the tree", () => {
  it.for([
    ["rro", "ro"],
    ["rnosuid", "nosuid"],
    ["rnodev", "nodev"],
    ["rnoexec", "noexec"],
    ["rnoatime", "noatime"],
    ["rnodiratime", "nodiratime"],
    ["rrelatime", "relatime"],
  ] as const)("%s", ([option, flag], { runtime }) => {
    const flags = flagsOfTree(runtime, option);
    expect(flags).toHaveLength(2);
    for (const each of flags) expect(each).toContain(flag);
  });

  it("rstrictatime, which shows as no word at all", ({ runtime }) => {
    for (const each of flagsOfTree(runtime, "rstrictatime")) {
      expect(each).not.toContain("relatime");
      expect(each).not.toContain("noatime");
    }
  });

  // runc knows it in later versions; mountinfo has no word for it on every kernel, so a link shows it.
  it.skipIf(!isTsrunc)("rnosymfollow", ({ runtime }) => {
    const { source, own } = treeOf(runtime);
    const edit = add({ destination: "/tmp", source, options: ["rbind", "rnosymfollow"] });
    const script = "for d in /tmp /tmp/sub; do ln -s /etc/passwd $d/link; cat $d/link 2>/dev/null; done; :";
    expect(shOutput(runtime, script, edit, own)).toBe("");
  });
});

describe("a recursive option clears the flag on every mount of the tree", () => {
  it.for([
    ["rrw", "ro"],
    ["rsuid", "nosuid"],
    ["rdev", "nodev"],
    ["rexec", "noexec"],
    ["rdiratime", "nodiratime"],
    // runc asks the kernel for two modes at once until 1.2.
    ...(isTsrunc
      ? [
          ["ratime", "noatime"] as const,
          ["rnorelatime", "noatime"] as const,
          ["rnostrictatime", "noatime"] as const,
        ]
      : []),
  ] as const)("%s", ([option, flag], { runtime }) => {
    const flags = flagsOfTree(runtime, option, flag);
    expect(flags).toHaveLength(2);
    for (const each of flags) expect(each).not.toContain(flag);
  });
});

describe("an option that is not recursive", () => {
  it.for(["ro", "nosuid", "nodev", "noexec", "nodiratime"])(
    "%s is for the top alone",
    (option, { runtime }) => {
      const [top, below] = flagsOfTree(runtime, option);
      expect(top).toContain(option);
      expect(below).not.toContain(option);
    },
  );

  // runc takes no notice of such words on a bind until 1.2.
  it.skipIf(!isTsrunc).for([
    ["rw", "ro"],
    ["suid", "nosuid"],
    ["dev", "nodev"],
    ["exec", "noexec"],
    ["diratime", "nodiratime"],
  ] as const)("%s clears what the source has, at the top", ([option, flag], { runtime }) => {
    const [top, below] = flagsOfTree(runtime, option, flag);
    expect(top).not.toContain(flag);
    expect(below).toContain(flag);
  });
});

describe("options of the file system", () => {
  it.for([
    ["sync", "sync"],
    ["dirsync", "dirsync"],
    ["lazytime", "lazytime"],
  ] as const)("%s is on, and its opposite afterwards takes it away", ([option, shown], { runtime }) => {
    if (option === "lazytime" && !isTsrunc) return; // runc knows it since 1.1.9
    expect(mountAt(runtime, "/tmp", tmpfs("/tmp", option)).superOptions).toContain(shown);
    if (option === "dirsync") return;
    const opposite = option === "sync" ? "async" : "nolazytime";
    expect(mountAt(runtime, "/run", tmpfs("/run", option, opposite)).superOptions).not.toContain(shown);
  });

  it.for(["silent", "loud", "iversion", "noiversion", "nomand", "norelatime", "nostrictatime", "symfollow"])(
    "%s is understood",
    (option, { runtime }) => {
      // Those came to runc later.
      if (!isTsrunc && ["silent", "loud", "symfollow"].includes(option)) return;
      expect(mountAt(runtime, "/tmp", tmpfs("/tmp", option)).type).toBe("tmpfs");
    },
  );

  it.skipIf(!isTsrunc)("nosymfollow lets no link be followed", ({ runtime }) => {
    const script = "ln -s /etc/passwd /tmp/link && cat /tmp/link 2>&1; :";
    expect(shOutput(runtime, script, add(tmpfs("/tmp", "nosymfollow")))).toContain("symbolic links");
  });

  it("that nobody knows go to the file system, which refuses them by name", ({ runtime }) => {
    const { status, stderr } = sh(runtime, "true", add(tmpfs("/tmp", "no_such_option=1")));
    expect(status).toBe(1);
    if (isTsrunc) expect(stderr).toMatch(/no_such_option.*\/mounts\/7/);
  });

  it.skipIf(!isTsrunc)("defaults means nothing on a bind as well", ({ runtime }) => {
    const edit = add({ destination: "/tmp", source: "/etc", options: ["bind", "defaults"] });
    expect(shOutput(runtime, "test -e /tmp/passwd && echo there", edit)).toBe("there");
  });
});

describe("remount", () => {
  it("changes the flags of what is mounted already", ({ runtime }) => {
    const found = mountAt(runtime, "/tmp", tmpfs("/tmp"), {
      destination: "/tmp",
      options: ["remount", "bind", "ro", "nosuid"],
    });
    expect(found.options).toEqual(expect.arrayContaining(["ro", "nosuid"]));
  });

  it.skipIf(!isTsrunc)("says so when nothing is mounted there", ({ runtime }) => {
    const { status, stderr } = sh(runtime, "true", add({ destination: "/etc", options: ["remount", "ro"] }));
    expect(status).toBe(1);
    expect(stderr).toMatch(/cannot remount \/etc/);
  });
});

describe("ro", () => {
  it("on /dev waits until the nodes are made", ({ runtime }) => {
    const edit = (config: Config) => {
      config.mounts.find(({ destination }: Mount) => destination === "/dev").options.push("ro");
    };
    const script =
      "test -c /dev/null && test -L /dev/fd && touch /dev/x 2>&1; echo x >/dev/null && echo works";
    expect(shOutput(runtime, script, edit)).toMatch(/Read-only file system\nworks$/);
  });

  it("on a tmpfs waits until the mount points below it are made", ({ runtime }) => {
    const edit = add(tmpfs("/tmp", "ro"), tmpfs("/tmp/below"));
    expect(shOutput(runtime, "touch /tmp/x 2>&1; touch /tmp/below/x && ls /tmp", edit)).toMatch(
      /Read-only file system\nbelow$/,
    );
  });

  it("with tmpcopyup keeps the content", ({ runtime }) => {
    const edit = (config: Config, bundle: string) => {
      mkdirSync(join(bundle, "rootfs/filled"));
      writeFileSync(join(bundle, "rootfs/filled/file"), "from the image");
      add(tmpfs("/filled", "tmpcopyup", "ro"))(config);
    };
    expect(shOutput(runtime, "cat /filled/file; touch /filled/x 2>&1; :", edit)).toMatch(
      /^from the image.*Read-only file system/,
    );
  });
});
