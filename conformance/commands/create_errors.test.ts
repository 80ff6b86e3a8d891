import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeBundle, writeConfig } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { readLog } from "../support/log_file.ts";
import { findResidue, noResidue } from "../support/residue.ts";
import { isTsrunc, runtimeName } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

describe("a program that cannot be executed fails create, in the words engines look for", () => {
  it.for([
    ["/nope", 'exec: "/nope": stat /nope: no such file or directory'],
    ["nope", 'exec: "nope": executable file not found in $PATH'],
    ["/etc/passwd", 'exec: "/etc/passwd": permission denied'],
    ["./bin/nope", 'exec: "./bin/nope": stat ./bin/nope: no such file or directory'],
    ["/etc/passwd/x", 'exec: "/etc/passwd/x": stat /etc/passwd/x: not a directory'],
    ["plain", 'exec: "plain": executable file not found in $PATH'],
  ] as const)("%s", ([program, message], { runtime }) => {
    const bundle = makeBundle(runtime.directory, [program]);
    writeFileSync(join(bundle, "rootfs/bin/plain"), "#!/bin/sh\n", { mode: 0o644 });
    const id = runtime.newId();
    const { status, stderr } = runtime.call(["--log", "/dev/null", "create", "--bundle", bundle, id]);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });

  it("a directory: with one of the two words that engines take for 126", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/etc"]);
    const { status, stderr } = runtime.call(["create", "--bundle", bundle, runtime.newId()]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/exec: \\?"\/etc\\?": (is a directory|permission denied)/);
  });

  it("a program the user of the process may not execute", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/bin/private"], (config) => {
      config.process.user = { uid: 1000, gid: 1000 };
    });
    writeFileSync(join(bundle, "rootfs/bin/private"), "#!/bin/sh\n");
    chmodSync(join(bundle, "rootfs/bin/private"), 0o700);
    const { status, stderr } = runtime.call(["create", "--bundle", bundle, runtime.newId()]);
    expect(status).toBe(1);
    expect(stderr).toContain("permission denied");
  });

  it("a script without its interpreter passes create; the container says what is missing", async ({
    runtime,
  }) => {
    const bundle = makeBundle(runtime.directory, ["/bin/script"]);
    writeFileSync(join(bundle, "rootfs/bin/script"), "#!/nope\n", { mode: 0o755 });
    const { status, stderr } = runtime.run(bundle);
    expect(status).not.toBe(0);
    expect(stderr).toContain("no such file or directory");
  });
});

describe("the log of a failure", () => {
  it("in JSON is exactly one object, and stderr has its message", ({ runtime }) => {
    const log = join(runtime.directory, "log.json");
    const bundle = makeBundle(runtime.directory, ["/nope"]);
    const globals = ["--log", log, "--log-format", "json"];
    const { status, stderr } = runtime.call([...globals, "create", "--bundle", bundle, runtime.newId()]);
    expect(status).toBe(1);
    const entries = readLog(log);
    expect(entries).toHaveLength(1);
    const [entry] = entries;
    expect(entry!.level).toBe("error");
    expect(entry!.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
    expect(entry!.msg).toMatch(new RegExp(`^${runtimeName} create failed: .*no such file or directory`));
    expect(stderr.split("\n")[0]).toBe(entry!.msg);
  });

  it("in text is one logfmt line", ({ runtime }) => {
    const log = join(runtime.directory, "log");
    const bundle = makeBundle(runtime.directory, ["/nope"]);
    const globals = ["--log", log, "--log-format=text"];
    runtime.call([...globals, "create", "--bundle", bundle, runtime.newId()]);
    const { status, stderr } = runtime.call(["create", "--bundle", bundle, runtime.newId()]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^time="[^"]+" level=error msg="/);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("without --log is one JSON object on stderr when the format says so", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/nope"]);
    const { stderr } = runtime.call(["--log-format", "json", "create", "--bundle", bundle, runtime.newId()]);
    expect(JSON.parse(stderr)).toMatchObject({ level: "error" });
  });

  it("is appended: an earlier entry of the file stays", ({ runtime }) => {
    const log = join(runtime.directory, "log.json");
    const globals = ["--log", log, "--log-format", "json"];
    for (const id of ["missing-a", "missing-b"]) runtime.call([...globals, "state", id]);
    expect(readLog(log)).toHaveLength(2);
  });

  // The codes and places are tsrunc's own addition to the line.
  it.skipIf(!isTsrunc)("says what kind of failure it is and where it comes from", ({ runtime }) => {
    const log = join(runtime.directory, "log.json");
    const bundle = makeBundle(runtime.directory, ["/nope"]);
    const globals = ["--log", log, "--log-format", "json"];
    runtime.call([...globals, "create", "--bundle", bundle, runtime.newId()]);
    expect(readLog(log)[0]).toMatchObject({ code: "executable", at: "/process/args/0" });
  });

  it("--debug writes more to the log and still nothing to stderr on success", ({ runtime }) => {
    const log = join(runtime.directory, "log.json");
    const bundle = makeBundle(runtime.directory, ["true"]);
    const globals = ["--debug", "--log", log, "--log-format", "json"];
    const result = runtime.call([...globals, "run", "--bundle", bundle, runtime.newId()]);
    expect(result).toEqual({ status: 0, stdout: "", stderr: "" });
    for (const entry of readLog(log)) expect(entry.level).toMatch(/^(debug|info|warning)$/);
  });

  it("a log file that cannot be opened is an error, and nothing is created", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const args = ["--log", "/nonexistent/log", "create", "--bundle", bundle, runtime.newId()];
    const { status, stderr } = runtime.call(args);
    expect(status).toBe(1);
    expect(stderr).toContain("/nonexistent/log");
    expect(existsSync(runtime.root) ? readdirSync(runtime.root) : []).toEqual([]);
  });
});

describe("after a failed create", () => {
  it("the id and the bundle can be used again at once", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/nope"]);
    const id = runtime.newId();
    expect(runtime.call(["create", "--bundle", bundle, id]).status).toBe(1);
    writeConfig(bundle, waits);
    runtime.ok(["create", "--bundle", bundle, id], { silent: true });
    expect(runtime.state(id).status).toBe("created");
  });
});

describe("wrong command lines", () => {
  it.for([
    [[], '"create" requires exactly 1 argument'],
    [["a", "b"], '"create" requires exactly 1 argument'],
    [["--no-such-flag", "a"], "flag provided but not defined: -no-such-flag"],
    [["--pid-file"], "flag needs an argument: -pid-file"],
    [["--preserve-fds", "many", "a"], "preserve-fds"],
  ] as const)("create %j is refused", ([args, message], { runtime }) => {
    const { status, stdout, stderr } = runtime.call(["--log", "/dev/null", "create", ...args]);
    expect(status).toBe(1);
    expect(stdout + stderr).toContain(message);
  });
});
