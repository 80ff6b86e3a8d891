import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { findResidue, noResidue } from "../support/residue.ts";
import { cgroupViews } from "../support/runtime.ts";
import { sh, waits } from "../support/shell.ts";

describe.each(cgroupViews)("run in the %s cgroup view", (view) => {
  it.override({ view });

  it("runs the program to its end, returns its status and leaves nothing", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["sh", "-c", "echo out; echo err >&2; exit 42"]);
    const id = runtime.newId();
    const result = runtime.call(["run", "--bundle", bundle, id]);
    expect(result).toEqual({ status: 42, stdout: "out\n", stderr: "err\n" });
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });

  it("--detach returns while the program runs", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    expect(runtime.state(id).status).toBe("running");
    runtime.ok(["delete", "--force", id]);
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });
});

describe("the status of run", () => {
  it.for([0, 1, 2, 125, 126, 127, 128, 255])(
    "is %i when the program exits with that",
    (code, { runtime }) => {
      expect(sh(runtime, `exit ${code}`)).toEqual({ status: code, stdout: "", stderr: "" });
    },
  );

  it.for([
    ["TERM", 15],
    ["KILL", 9],
    ["SEGV", 11],
    ["USR1", 10],
  ] as const)("is 128 + n when SIG%s kills the program", async ([name, number], { runtime }) => {
    const id = runtime.newId();
    // Pid 1 dies only of signals from outside its pid namespace.
    const bundle = makeBundle(runtime.directory, ["sh", "-c", "echo ready; exec sleep 100"], (config) => {
      config.linux.namespaces = config.linux.namespaces.filter(
        ({ type }: { type: string }) => type !== "pid",
      );
    });
    const call = runtime.start(["run", "--bundle", bundle, id]);
    await call.waitFor("ready\n");
    runtime.ok(["kill", id, name]);
    expect(await call.exited()).toBe(128 + number);
  });

  it("is 1 when the container cannot be created, and nothing is left", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/nope"]);
    const id = runtime.newId();
    const { status, stdout, stderr } = runtime.call(["run", "--bundle", bundle, id]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("no such file or directory");
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });
});

describe("stdin, stdout and stderr of run", () => {
  it("reach the program as they were given", ({ runtime }) => {
    expect(sh(runtime, "tr a-z A-Z; echo done >&2", undefined, { input: "some input" })).toEqual({
      status: 0,
      stdout: "SOME INPUT",
      stderr: "done\n",
    });
  });

  it("carry a mebibyte of bytes unchanged, both ways", ({ runtime }) => {
    const input = Buffer.from(Uint8Array.from({ length: 1 << 20 }, (_, index) => (index * 7919) >> 3));
    const sum = createHash("md5").update(input).digest("hex");
    expect(sh(runtime, "md5sum", undefined, { input }).stdout).toBe(`${sum}  -\n`);
    const { stdout } = sh(runtime, "seq 1 100000");
    expect(stdout.length).toBe(588_895);
    expect(stdout.endsWith("\n99999\n100000\n")).toBe(true);
  });

  it("can be opened again by a program of another user", ({ runtime }) => {
    const script = "cat /dev/stdin; echo out >/dev/stdout; echo err >/dev/stderr";
    // Pipes of a shell: those of Node are sockets, which nobody can open by name.
    const through = ["sh", "-c", '{ echo in | "$@" | cat; } 2>&1 | cat', "sh"];
    const asUser = (config: { process: { user: unknown } }) => {
      config.process.user = { uid: 1000, gid: 1000 };
    };
    expect(sh(runtime, script, asUser, { through }).stdout.split("\n").sort()).toEqual([
      "",
      "err",
      "in",
      "out",
    ]);
  });

  it("stay usable line by line while the program runs", async ({ runtime }) => {
    const script = "while read -r line; do echo got $line; done; echo end";
    const bundle = makeBundle(runtime.directory, ["sh", "-c", script]);
    const call = runtime.start(["run", "--bundle", bundle, runtime.newId()]);
    call.write("one\n");
    await call.waitFor("got one\n");
    call.write("two\n");
    await call.waitFor("got two\n");
    call.closeStdin();
    await call.waitFor("end\n");
    expect(await call.exited()).toBe(0);
  });
});

describe("signals to a foreground run", () => {
  it.for(["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1"] as const)(
    "%s reaches the program of the container",
    async (signal, { runtime }) => {
      const script = `trap 'echo heard; exit 7' ${signal.slice(3)}; echo ready; while :; do sleep 0.02; done`;
      const bundle = makeBundle(runtime.directory, ["sh", "-c", script]);
      const id = runtime.newId();
      const call = runtime.start(["run", "--bundle", bundle, id]);
      await call.waitFor("ready\n");
      call.kill(signal);
      expect(await call.exited()).toBe(7);
      await call.waitFor("heard\n");
      expect(findResidue(id, runtime.root)).toEqual(noResidue);
    },
  );
});

describe("run --detach and --keep", () => {
  it("--detach writes the pid file and leaves a stopped container to delete", async ({ runtime }) => {
    const file = join(runtime.directory, "pid");
    const id = runtime.runDetached(makeBundle(runtime.directory, waits), ["--pid-file", file]);
    expect(readFileSync(file, "utf8")).toBe(`${runtime.state(id).pid}`);
    runtime.ok(["kill", id, "KILL"]);
    await runtime.waitUntilStopped(id);
    runtime.ok(["delete", id]);
  });

  it("-d fails as create does when the program is missing", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/nope"]);
    const id = runtime.newId();
    expect(runtime.call(["run", "-d", "--bundle", bundle, id]).status).toBe(1);
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });

  it("--keep leaves the stopped container for state and delete", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["sh", "-c", "exit 3"]);
    const id = runtime.newId();
    expect(runtime.call(["run", "--keep", "--bundle", bundle, id]).status).toBe(3);
    expect(runtime.state(id)).toMatchObject({ status: "stopped", pid: 0 });
    runtime.ok(["delete", id]);
  });
});

describe("run", () => {
  it("shows as running in state while it waits", async ({ runtime }) => {
    const id = runtime.newId();
    const call = runtime.start(["run", "--bundle", makeBundle(runtime.directory, waits), id]);
    await expect.poll(() => runtime.call(["state", id]).stdout).toContain('"running"');
    runtime.ok(["kill", id, "KILL"]);
    expect(await call.exited()).toBe(137);
  });

  it("of an id in use fails and leaves the container that has it", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const id = runtime.runDetached(bundle);
    const before = runtime.state(id);
    const { status, stderr } = runtime.call(["run", "--bundle", bundle, id]);
    expect(status).toBe(1);
    expect(stderr).toContain("container with given ID already exists");
    expect(runtime.state(id)).toEqual(before);
  });

  it("takes the working directory as its bundle, and works in an empty environment", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["echo", "ran"]);
    const program = runtime.commandLine([])[0]!;
    const path = program.includes("/") ? [] : [`PATH=${process.env.PATH}`];
    const options = { cwd: bundle, through: ["/usr/bin/env", "-i", ...path] };
    const result = runtime.call(["run", runtime.newId()], options);
    expect(result).toEqual({ status: 0, stdout: "ran\n", stderr: "" });
  });

  it("--no-pivot runs the program in the root file system all the same", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["sh", "-c", "ls /; echo x >/written"], (config) => {
      config.root.readonly = false;
    });
    const { status, stdout } = runtime.call(["run", "--no-pivot", "--bundle", bundle, runtime.newId()]);
    expect({ status, names: stdout.split("\n") }).toMatchObject({
      status: 0,
      names: ["bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", ""],
    });
    expect(existsSync(join(bundle, "rootfs/written"))).toBe(true);
  });

  it("--no-subreaper changes nothing for a simple program", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["sh", "-c", "exit 9"]);
    const args = ["run", "--no-subreaper", "--bundle", bundle, runtime.newId()];
    expect(runtime.call(args)).toEqual({ status: 9, stdout: "", stderr: "" });
  });

  it("joins a new session keyring named after the container, unless --no-new-keyring is given", ({
    runtime,
  }) => {
    const bundle = makeBundle(runtime.directory, ["cat", "/proc/keys"], (config) => {
      config.linux.maskedPaths = [];
    });
    const [first, second] = [runtime.newId(), runtime.newId()];
    expect(runtime.ok(["run", "--bundle", bundle, first])).toContain(`_ses.${first}`);
    const args = ["run", "--no-new-keyring", "--bundle", bundle, second];
    expect(runtime.ok(args)).not.toContain(`_ses.${second}`);
  });
});
