import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { seeWith } from "../support/probe.ts";
import { procFile } from "../support/proc.ts";
import { isTsrunc } from "../support/runtime.ts";
import { sh, shOutput, waits } from "../support/shell.ts";

const set = (values: Record<string, unknown>) => (config: Config) => {
  Object.assign(config.process, values);
};

describe("process.args", () => {
  it("are looked up in the PATH of the config, in its order", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["tool"], (config, directory) => {
      for (const name of ["first", "second"]) {
        mkdirSync(join(directory, "rootfs", name));
        writeFileSync(join(directory, "rootfs", name, "tool"), `#!/bin/sh\necho ${name}\n`, { mode: 0o755 });
      }
      config.process.env = ["PATH=/nowhere:/second:/first"];
    });
    expect(runtime.run(bundle).stdout).toBe("second\n");
  });

  it("with a slash are relative to the working directory", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["./busybox", "echo", "found"], set({ cwd: "/bin" }));
    expect(runtime.run(bundle).stdout).toBe("found\n");
  });

  it("reach the program as they are, argv[0] included", ({ runtime }) => {
    const odd = ["", " ", "$(echo no)", "ü\u{1f600}", "a\nb", "'\""];
    const bundle = makeBundle(runtime.directory, ["sh", "-c", 'tr "\\0" "|" </proc/$$/cmdline; :', ...odd]);
    const expected = ["sh", "-c", 'tr "\\0" "|" </proc/$$/cmdline; :', ...odd, ""].join("|");
    expect(runtime.run(bundle).stdout).toBe(expected);
  });
});

describe("process.env", () => {
  it("is the whole environment of the program, in order", ({ runtime }) => {
    const env = ["PATH=/bin", "HOME=/somewhere", "EMPTY=", "EQUALS=a=b", "SPACES= x  y "];
    expect(seeWith(runtime, ["env"], set({ env })).env).toEqual(env);
  });

  it("takes the last of several values for a name", ({ runtime }) => {
    const env = ["PATH=/nowhere", "A=1", "HOME=/", "A=2", "PATH=/bin", "A=3"];
    const seen = seeWith(runtime, ["env"], set({ env })).env ?? [];
    // Programs that read the first and programs that read the last must agree.
    expect(seen.findLast((entry) => entry.startsWith("A="))).toBe("A=3");
    if (isTsrunc) expect([...seen].sort()).toEqual(["A=3", "HOME=/", "PATH=/bin"]);
  });

  it.for([
    [{ uid: 0, gid: 0 }, "/root"],
    [{ uid: 1000, gid: 1000 }, "/home/user"],
    [{ uid: 4242, gid: 0 }, "/"],
  ] as const)("without HOME gets the one that /etc/passwd has for user %j", ([user, home], { runtime }) => {
    expect(seeWith(runtime, ["env"], set({ env: ["PATH=/bin"], user })).env).toContain(`HOME=${home}`);
  });

  it("holds nothing of the runtime's own environment", ({ runtime }) => {
    const env = { ...process.env, TSRUNC_TEST_LEAK: "leaked" } as Record<string, string>;
    const seen = seeWith(runtime, ["env"], set({ env: ["PATH=/bin", "HOME=/"] }), { env });
    expect(seen.env).toEqual(["PATH=/bin", "HOME=/"]);
  });
});

describe("process.cwd", () => {
  it("is where the program starts", ({ runtime }) => {
    expect(seeWith(runtime, ["cwd"], set({ cwd: "/etc" })).cwd).toEqual(["/etc"]);
  });

  it("is made when it is missing", ({ runtime }) => {
    const edit = (config: Config) => {
      set({ cwd: "/new/deep" })(config);
      config.root.readonly = false;
    };
    expect(seeWith(runtime, ["cwd"], edit).cwd).toEqual(["/new/deep"]);
    const made = join(runtime.directory, "bundle/rootfs/new/deep");
    expect(statSync(made).mode & 0o777).toBe(0o755);
  });

  it("may be a directory that only the user of the process can enter", ({ runtime }) => {
    const edit = (config: Config) => {
      set({ cwd: "/tmp/own", user: { uid: 1000, gid: 1000 } })(config);
      config.mounts.push({
        destination: "/tmp/own",
        type: "tmpfs",
        source: "tmpfs",
        options: ["mode=700", "uid=1000", "gid=1000"],
      });
    };
    expect(seeWith(runtime, ["cwd"], edit).cwd).toEqual(["/tmp/own"]);
  });

  it("cannot lead out of the container through a descriptor of the runtime", ({ runtime }) => {
    for (const fd of [3, 4, 5, 6, 7, 8, 9]) {
      const { stdout } = sh(
        runtime,
        "cat ../../../../etc/hostname /proc/self/cwd/../../etc/hostname",
        (config) => {
          set({ cwd: `/proc/self/fd/${fd}` })(config);
        },
      );
      expect(stdout).toBe("");
    }
  });
});

describe("process.user", () => {
  it("sets real, effective and saved ids, and the groups", ({ runtime }) => {
    const user = { uid: 1000, gid: 1001, additionalGids: [7, 5, 70000] };
    const seen = seeWith(runtime, ["user"], set({ user }));
    expect(seen.uid).toEqual(["1000 1000 1000"]);
    expect(seen.gid).toEqual(["1001 1001 1001"]);
    expect(
      seen
        .groups![0]!.split(" ")
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual([5, 7, 70000]);
  });

  it("without additional groups has none of the runtime's", ({ runtime }) => {
    const through = ["setpriv", "--groups", "4242"];
    expect(seeWith(runtime, ["user"], () => undefined, { through }).groups?.[0]?.split(" ")).not.toContain(
      "4242",
    );
  });

  it("can be any 32 bit id that is not reserved", ({ runtime }) => {
    // runc stops at 31 bits.
    const largest = isTsrunc ? 4294967294 : 2147483647;
    const seen = seeWith(runtime, ["user"], set({ user: { uid: largest, gid: largest } }));
    expect(seen.uid).toEqual([`${largest} ${largest} ${largest}`]);
  });

  it("owns the pipes of the program's stdin, stdout and stderr", ({ runtime }) => {
    const through = ["sh", "-c", 'echo | "$@" 2>&1 | cat', "sh"];
    const script = "for n in 0 1 2; do stat -L -c %u /proc/self/fd/$n; done";
    expect(shOutput(runtime, script, set({ user: { uid: 1000, gid: 1000 } }), { through })).toBe(
      "1000\n1000\n1000",
    );
  });

  it("does not take over /dev/null of the host", ({ runtime }) => {
    const before = statSync("/dev/null");
    runtime.runDetached(makeBundle(runtime.directory, waits, set({ user: { uid: 1000, gid: 1000 } })));
    expect(statSync("/dev/null")).toMatchObject({ uid: before.uid, gid: before.gid, mode: before.mode });
  });
});

describe("umask", () => {
  it("is 0022 when the config has none, whatever the caller's", ({ runtime }) => {
    const through = ["sh", "-c", 'umask 0077; exec "$@"', "sh"];
    expect(seeWith(runtime, ["umask"], () => undefined, { through }).umask).toEqual(["0022"]);
  });

  it.for([
    [0, "0000"],
    [0o27, "0027"],
    [0o777, "0777"],
  ] as const)("%i is %s in the program", ([umask, seen], { runtime }) => {
    expect(seeWith(runtime, ["umask"], set({ user: { uid: 0, gid: 0, umask } })).umask).toEqual([seen]);
  });
});

describe("noNewPrivileges and oomScoreAdj", () => {
  it.for([true, false])("noNewPrivileges: %s", (noNewPrivileges, { runtime }) => {
    const expected = noNewPrivileges ? "1" : "0";
    expect(seeWith(runtime, ["caps"], set({ noNewPrivileges })).NoNewPrivs).toEqual([expected]);
  });

  it("oomScoreAdj is set when it is given", ({ runtime }) => {
    expect(seeWith(runtime, ["oom"], set({ oomScoreAdj: 321 })).oom_score_adj).toEqual(["321"]);
  });

  it("oomScoreAdj is the caller's when it is not given", ({ runtime }) => {
    const through = ["sh", "-c", 'echo 77 >/proc/self/oom_score_adj; exec "$@"', "sh"];
    expect(seeWith(runtime, ["oom"], () => undefined, { through }).oom_score_adj).toEqual(["77"]);
  });
});

describe("the program", () => {
  it("has the descriptors 0, 1 and 2 and no other", ({ runtime }) => {
    expect(seeWith(runtime, ["fds"]).fd?.map((line) => line.split(" ")[0])).toEqual(["0", "1", "2"]);
  });

  it("starts with no signal blocked, ignored or caught, whatever the caller's", ({ runtime }) => {
    const through = ["sh", "-c", "trap '' PIPE HUP INT QUIT TERM USR1 CHLD; exec \"$@\"", "sh"];
    for (const options of [{}, { through }]) {
      const seen = seeWith(runtime, ["signals"], () => undefined, options);
      const none = ["0000000000000000"];
      expect([seen.SigBlk, seen.SigCgt]).toEqual([none, none]);
      // runc passes on what its caller ignores.
      if (isTsrunc) expect(seen.SigIgn).toEqual(none);
    }
  });

  it("leads a session of its own", ({ runtime }) => {
    expect(seeWith(runtime, ["pid", "session"])).toMatchObject({ pid: ["1"], session: ["1"] });
  });

  it("is not confined to the processors of the runtime", ({ runtime }) => {
    const all = procFile("self", "status").match(/^Cpus_allowed_list:\s*(.*)$/m)![1];
    const output = shOutput(runtime, "grep Cpus_allowed_list /proc/self/status", undefined, {
      through: ["taskset", "-c", "0"],
    });
    // runc 1.1.5 leaves the affinity of its caller; newer ones do not.
    expect(output.split("\t")[1]).toBe(isTsrunc ? all : "0");
  });

  it("gets no signal when the runtime that created it ends", async ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    expect(runtime.state(id).status).toBe("running");
    expect(existsSync(`/proc/${runtime.state(id).pid}`)).toBe(true);
  });
});
