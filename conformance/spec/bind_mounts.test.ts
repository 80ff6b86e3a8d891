import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { mountsOf, seeWith } from "../support/probe.ts";
import type { Runtime } from "../support/runtime.ts";
import { sh, shOutput } from "../support/shell.ts";

/** A directory of the host, with one file, and a tmpfs with another file below when `nested`. */
function hostDirectory(runtime: Runtime, nested = false): string {
  const directory = join(runtime.directory, "shared");
  mkdirSync(join(directory, "sub"), { recursive: true });
  writeFileSync(join(directory, "file"), "from the host");
  if (nested) {
    expect(spawnSync("mount", ["-t", "tmpfs", "tmpfs", join(directory, "sub")]).status).toBe(0);
    writeFileSync(join(directory, "sub/below"), "below");
  }
  return directory;
}

const bind =
  (source: string, destination: string, ...options: string[]) =>
  (config: Config) => {
    config.mounts.push({ source, destination, type: "none", options });
  };

describe("a bind mount", () => {
  it("shows a directory of the host and writes through to it", ({ runtime }) => {
    const directory = hostDirectory(runtime);
    const output = shOutput(runtime, "cat /tmp/file; echo new >/tmp/made", bind(directory, "/tmp", "bind"));
    expect(output).toBe("from the host");
    expect(readFileSync(join(directory, "made"), "utf8")).toBe("new\n");
  });

  it("with ro can be read and not written", ({ runtime }) => {
    const directory = hostDirectory(runtime);
    const result = sh(runtime, "cat /tmp/file; echo x >/tmp/made", bind(directory, "/tmp", "bind", "ro"));
    expect(result.stdout).toBe("from the host");
    expect(result.stderr).toContain("Read-only file system");
    expect(existsSync(join(directory, "made"))).toBe(false);
  });

  it("without the r does not show what is mounted below, and rbind does", ({ runtime }) => {
    const directory = hostDirectory(runtime, true);
    expect(shOutput(runtime, "ls /tmp/sub", bind(directory, "/tmp", "bind"))).toBe("");
    expect(shOutput(runtime, "ls /tmp/sub", bind(directory, "/tmp", "rbind"))).toBe("below");
  });

  it("with rbind and ro is read-only at the top, with rro everywhere", ({ runtime }) => {
    const directory = hostDirectory(runtime, true);
    const script = "touch /tmp/x 2>/dev/null && echo top; touch /tmp/sub/x 2>/dev/null && echo below; :";
    expect(shOutput(runtime, script, bind(directory, "/tmp", "rbind", "ro"))).toBe("below");
    expect(shOutput(runtime, script, bind(directory, "/tmp", "rbind", "rro"))).toBe("");
  });

  it.for(["rnosuid", "rnodev", "rnoexec", "rnoatime", "rnodiratime", "rrelatime"])(
    "with %s sets the flag on every mount below",
    (option, { runtime }) => {
      const directory = hostDirectory(runtime, true);
      const mounts = mountsOf(seeWith(runtime, ["mounts"], bind(directory, "/tmp", "rbind", option)));
      const flags = mounts.filter(({ target }) => target.startsWith("/tmp")).map(({ options }) => options);
      expect(flags).toEqual([
        expect.arrayContaining([option.slice(1)]),
        expect.arrayContaining([option.slice(1)]),
      ]);
    },
  );

  it("of a file covers a file, which is made when it is missing", ({ runtime }) => {
    const file = join(hostDirectory(runtime), "file");
    expect(shOutput(runtime, "cat /etc/passwd", bind(file, "/etc/passwd", "bind", "ro"))).toBe(
      "from the host",
    );
    const bundle = makeBundle(runtime.directory, ["cat", "/etc/new"], bind(file, "/etc/new", "bind", "ro"));
    expect(runtime.run(bundle).stdout).toBe("from the host");
    expect(readFileSync(join(bundle, "rootfs/etc/new"), "utf8")).toBe("");
  });

  it("takes a relative source from the bundle", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["cat", "/tmp/file"], bind("data", "/tmp", "bind"));
    mkdirSync(join(bundle, "data"));
    writeFileSync(join(bundle, "data/file"), "in the bundle");
    expect(runtime.run(bundle, { cwd: "/" }).stdout).toBe("in the bundle");
  });

  it("follows a symlink in the source, which is a path of the host", ({ runtime }) => {
    const link = join(runtime.directory, "link");
    symlinkSync(hostDirectory(runtime), link);
    expect(shOutput(runtime, "cat /tmp/file", bind(link, "/tmp", "bind"))).toBe("from the host");
  });

  it("has nothing to do with its type: the option makes the bind", ({ runtime }) => {
    const directory = hostDirectory(runtime);
    const edit = (config: Config) => {
      config.mounts.push({ source: directory, destination: "/tmp", type: "tmpfs", options: ["bind"] });
    };
    expect(shOutput(runtime, "cat /tmp/file", edit)).toBe("from the host");
  });

  it("of a device node works as the device", ({ runtime }) => {
    const output = shOutput(
      runtime,
      "echo gone >/dev/other; wc -c </dev/other",
      bind("/dev/null", "/dev/other", "bind"),
    );
    expect(output).toBe("0");
  });
});

describe("propagation", () => {
  const propagationOf = (runtime: Runtime, source: string, ...options: string[]) =>
    mountsOf(seeWith(runtime, ["mounts"], bind(source, "/tmp", "bind", ...options)))
      .filter(({ target }) => target === "/tmp")
      .flatMap(({ propagation }) => propagation.map((each) => each.split(":")[0]));

  function sharedDirectory(runtime: Runtime): string {
    const directory = join(runtime.directory, "peer");
    mkdirSync(directory);
    spawnSync("mount", ["-t", "tmpfs", "tmpfs", directory]);
    expect(spawnSync("mount", ["--make-shared", directory]).status).toBe(0);
    return directory;
  }

  it.for([
    // The container is a slave of the host, and shares with others what it gets.
    ["shared", ["shared", "master"]],
    ["rshared", ["shared", "master"]],
    ["private", []],
    ["rprivate", []],
    ["slave", ["master"]],
    ["rslave", ["master"]],
    ["unbindable", ["unbindable"]],
    ["runbindable", ["unbindable"]],
  ] as const)("%s shows in the container's mountinfo", ([option, expected], { runtime }) => {
    expect(propagationOf(runtime, sharedDirectory(runtime), option)).toEqual(expected);
  });

  it("rslave lets a later mount of the host appear in the container", async ({ runtime }) => {
    const directory = sharedDirectory(runtime);
    mkdirSync(join(directory, "later"));
    const script = "until [ -e /tmp/later/file ]; do sleep 0.02; done; cat /tmp/later/file";
    const bundle = makeBundle(
      runtime.directory,
      ["sh", "-c", script],
      bind(directory, "/tmp", "rbind", "rslave"),
    );
    const call = runtime.start(["run", "--bundle", bundle, runtime.newId()]);
    await expect.poll(() => runtime.call(["list"]).stdout).toContain("running");
    spawnSync("mount", ["-t", "tmpfs", "tmpfs", join(directory, "later")]);
    writeFileSync(join(directory, "later/file"), "arrived\n");
    await call.waitFor("arrived\n");
    expect(await call.exited()).toBe(0);
  });
});

describe("symlinks in the root file system", () => {
  const edit =
    (link: string, target: string, destination: string) =>
    (config: Config, bundle: string): void => {
      symlinkSync(target, join(bundle, "rootfs", link));
      config.mounts.push({ destination, type: "tmpfs", source: "tmpfs", options: [] });
    };

  it.for([
    ["link", "/etc", "/link", "/etc"],
    ["link", "/etc", "/link/inner", "/etc/inner"],
    ["link", "../../../../../etc", "/link", "/etc"],
    ["link", "/../../tmp", "/link", "/tmp"],
    ["tmp/link", "../etc", "/tmp/link", "/etc"],
  ] as const)(
    "%s -> %s: a mount on %s goes to %s of the container",
    ([link, target, destination, expected], { runtime }) => {
      const hostBefore = readdirSync("/etc");
      const mounts = mountsOf(
        seeWith(runtime, ["mounts"], (config, bundle) => {
          config.root.readonly = false;
          edit(link, target, destination)(config, bundle);
        }),
      );
      expect(mounts.map(({ target: path }) => path)).toContain(expected);
      expect(readdirSync("/etc")).toEqual(hostBefore);
    },
  );

  it.for(["proc", "sys"])(
    "in the place of /%s are refused for the file system of that name",
    (name, { runtime }) => {
      const bundle = makeBundle(runtime.directory, ["true"]);
      spawnSync("rmdir", [join(bundle, "rootfs", name)]);
      symlinkSync("/tmp", join(bundle, "rootfs", name));
      const { status, stderr } = runtime.run(bundle);
      expect(status).toBe(1);
      expect(stderr).toMatch(/must be mounted on ordinary directory|not a directory|symbolic link|symlink/i);
    },
  );

  it("below /proc no mount is taken but on the files that may be covered", ({ runtime }) => {
    const source = join(hostDirectory(runtime), "file");
    const covered = shOutput(runtime, "cat /proc/meminfo", bind(source, "/proc/meminfo", "bind"));
    expect(covered).toBe("from the host");
    expect(sh(runtime, "true", bind(source, "/proc/self/attr/current", "bind")).status).toBe(1);
    expect(sh(runtime, "true", bind(hostDirectory(runtime), "/proc/sys", "bind")).status).toBe(1);
  });
});
