import { existsSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { cgroupViews } from "../support/runtime.ts";
import { sh, shOutput } from "../support/shell.ts";

const nodeFormat = "'%n %F %t:%T %a %u:%g'";

describe("the default devices", () => {
  it("are null, zero, full, random, urandom and tty, for everybody", ({ runtime }) => {
    const names = ["null", "zero", "full", "random", "urandom", "tty"];
    const output = shOutput(runtime, `cd /dev && stat -c ${nodeFormat} ${names.join(" ")}`);
    expect(output.split("\n")).toEqual([
      "null character special file 1:3 666 0:0",
      "zero character special file 1:5 666 0:0",
      "full character special file 1:7 666 0:0",
      "random character special file 1:8 666 0:0",
      "urandom character special file 1:9 666 0:0",
      "tty character special file 5:0 666 0:0",
    ]);
  });

  it("come with the usual links", ({ runtime }) => {
    const links = ["ptmx", "fd", "stdin", "stdout", "stderr"].map((name) => `/dev/${name}`);
    expect(shOutput(runtime, `for each in ${links.join(" ")}; do readlink $each; done`)).toBe(
      "pts/ptmx\n/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2",
    );
  });

  it("work: null swallows, zero and urandom give, full is full, ptmx opens", ({ runtime }) => {
    const script =
      "echo x >/dev/null; head -c 3 /dev/zero | wc -c; head -c 3 /dev/urandom | wc -c; : </dev/ptmx && echo opened; " +
      "echo x >/dev/full";
    expect(sh(runtime, script)).toMatchObject({
      stdout: "3\n3\nopened\n",
      stderr: expect.stringContaining("No space left on device"),
    });
  });

  it("are not made on the host's side of a /dev that is bind-mounted", ({ runtime }) => {
    const before = readdirSync("/dev").sort();
    const edit = (config: Config) => {
      config.mounts = [
        config.mounts[0],
        { destination: "/dev", source: "/dev", type: "none", options: ["rbind", "rslave"] },
      ];
    };
    expect(shOutput(runtime, "test -c /dev/null && echo there", edit)).toBe("there");
    expect(readdirSync("/dev").sort()).toEqual(before);
  });
});

describe("linux.devices", () => {
  it("are made with their type, numbers, mode and owner", ({ runtime }) => {
    const edit = (config: Config) => {
      config.linux.devices = [
        { path: "/dev/char", type: "c", major: 1, minor: 3, fileMode: 0o640, uid: 1000, gid: 1001 },
        { path: "/dev/block", type: "b", major: 7, minor: 200, fileMode: 0o600 },
        { path: "/dev/unbuffered", type: "u", major: 1, minor: 5 },
        { path: "/dev/pipe", type: "p", fileMode: 0o622 },
        { path: "/dev/deep/down/null", type: "c", major: 1, minor: 3, fileMode: 0o666 },
      ];
    };
    const output = shOutput(
      runtime,
      `cd /dev && stat -c ${nodeFormat} char block unbuffered pipe deep/down/null`,
      edit,
    );
    expect(output.split("\n")).toEqual([
      "char character special file 1:3 640 1000:1001",
      "block block special file 7:c8 600 0:0",
      "unbuffered character special file 1:5 666 0:0",
      "pipe fifo 0:0 622 0:0",
      "deep/down/null character special file 1:3 666 0:0",
    ]);
  });

  it("have exactly the mode of the config, whatever the umask of the caller", ({ runtime }) => {
    const edit = (config: Config) => {
      config.linux.devices = [{ path: "/dev/open", type: "c", major: 1, minor: 3, fileMode: 0o777 }];
    };
    const through = ["sh", "-c", 'umask 0077; exec "$@"', "sh"];
    expect(shOutput(runtime, "stat -c %a /dev/open /dev/null", edit, { through })).toBe("777\n666");
  });

  it("replace a default device of the same path", ({ runtime }) => {
    const edit = (config: Config) => {
      config.linux.devices = [{ path: "/dev/zero", type: "c", major: 1, minor: 3, fileMode: 0o600 }];
      config.linux.resources.devices.push({ allow: true, type: "c", major: 1, minor: 3, access: "rwm" });
    };
    expect(shOutput(runtime, `stat -c ${nodeFormat} /dev/zero`, edit)).toBe(
      "/dev/zero character special file 1:3 600 0:0",
    );
  });

  it("may lie outside /dev, and follow no symlink out of the container", ({ runtime }) => {
    const host = join(runtime.directory, "outside");
    const edit = (config: Config, bundle: string) => {
      config.root.readonly = false;
      symlinkSync(runtime.directory, join(bundle, "rootfs/escape"));
      config.linux.devices = [
        { path: "/tmp/null", type: "c", major: 1, minor: 3 },
        { path: "/escape/outside", type: "c", major: 1, minor: 3 },
      ];
    };
    const bundle = makeBundle(runtime.directory, ["test", "-c", "/tmp/null"], edit);
    runtime.run(bundle);
    expect(existsSync(host)).toBe(false);
    expect(statSync(join(bundle, "rootfs/tmp/null")).isCharacterDevice()).toBe(true);
  });
});

describe.each(cgroupViews)("linux.resources.devices in the %s cgroup view", (view) => {
  it.override({ view });

  /** Makes a node and opens it: the file system and the capabilities allow it, the device rules may not. */
  const tries = (node: string) =>
    `exec 2>/dev/null; mknod /tmp/node ${node} && echo made; (: </tmp/node) && echo read; (: >/tmp/node) && echo written; :`;

  const withRules =
    (...rules: unknown[]) =>
    (config: Config) => {
      for (const set of ["bounding", "effective", "permitted"]) {
        config.process.capabilities[set].push("CAP_MKNOD", "CAP_SYSLOG");
      }
      config.mounts.push({ destination: "/tmp", type: "tmpfs", source: "tmpfs" });
      config.linux.resources.devices = [{ allow: false, access: "rwm" }, ...rules];
    };

  it("deny what no rule allows", ({ runtime }) => {
    // 1:11 is /dev/kmsg: harmless to try, and not among the default devices.
    expect(shOutput(runtime, tries("c 1 11"), withRules())).toBe("made");
  });

  it("allow the accesses that a rule names, and no other", ({ runtime }) => {
    const rule = { allow: true, type: "c", major: 1, minor: 11, access: "r" };
    expect(shOutput(runtime, tries("c 1 11"), withRules(rule))).toBe("made\nread");
  });

  it("allow by wildcard", ({ runtime }) => {
    const rule = { allow: true, type: "c", major: 1, access: "rw" };
    expect(shOutput(runtime, tries("c 1 11"), withRules(rule))).toBe("made\nread\nwritten");
  });

  it("are applied in order: a later denial takes an earlier permission away", ({ runtime }) => {
    const device = { type: "c", major: 1, minor: 11 };
    const rules = [
      { ...device, allow: true, access: "rw" },
      { ...device, allow: false, access: "w" },
    ];
    expect(shOutput(runtime, tries("c 1 11"), withRules(...rules))).toBe("made\nread");
  });

  it("always allow the default devices", ({ runtime }) => {
    expect(shOutput(runtime, "echo x >/dev/null && head -c 1 /dev/zero | wc -c", withRules())).toBe("1");
  });

  it("allow everything when the config says so", ({ runtime }) => {
    const edit = (config: Config) => {
      withRules()(config);
      config.linux.resources.devices = [{ allow: true, access: "rwm" }];
    };
    expect(shOutput(runtime, tries("c 1 11"), edit)).toBe("made\nread\nwritten");
  });
});
