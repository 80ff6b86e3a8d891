import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { HookScripts } from "../support/hooks.ts";
import { seeWith } from "../support/probe.ts";
import { isTsrunc, type Runtime, runtimePath } from "../support/runtime.ts";
import { sh, waits } from "../support/shell.ts";

/** A script that leaves a file behind when anybody runs it as JavaScript. */
function trap(runtime: Runtime): { path: string; wasRun(): boolean } {
  const path = join(runtime.directory, "trap.js");
  const proof = join(runtime.directory, "proof");
  writeFileSync(path, `require("fs").writeFileSync(${JSON.stringify(proof)}, "ran")`);
  return { path, wasRun: () => existsSync(proof) };
}

// tsrunc is a JavaScript engine with a script in it: what that engine obeys elsewhere has no effect here.
describe("variables that JavaScript engines obey", () => {
  const variables = (path: string): Record<string, string> => ({
    BUN_BE_BUN: "1",
    BUN_OPTIONS: `--preload ${path}`,
    BUN_INSPECT: "ws+unix:///tmp/tsrunc-test-inspect.sock",
    BUN_INSPECT_PRELOAD: path,
    BUN_INSPECT_CONNECT_TO: "ws://127.0.0.1:1",
    BUN_JSC_dumpOptions: "2",
    BUN_DEBUG_QUIET_LOGS: "0",
    BUN_CONFIG_VERBOSE_FETCH: "1",
    NODE_OPTIONS: `--require ${path}`,
    NODE_PATH: path,
    NODE_DEBUG: "fs,module",
  });

  it.for(Object.keys(variables("")))("%s does not change --version", (name, { runtime }) => {
    const { path, wasRun } = trap(runtime);
    const expected = runtime.call(["--version"], { env: {} });
    expect(runtime.call(["--version"], { env: { [name]: variables(path)[name]! } })).toEqual(expected);
    expect(wasRun()).toBe(false);
  });

  it("do not change run, all of them together", ({ runtime }) => {
    const { path, wasRun } = trap(runtime);
    const bundle = makeBundle(runtime.directory, ["sh", "-c", "echo ran; exit 5"]);
    const result = runtime.run(bundle, { env: variables(path) });
    expect(result).toEqual({ status: 5, stdout: "ran\n", stderr: "" });
    expect(wasRun()).toBe(false);
  });
});

describe("files of the bundle that JavaScript engines read", () => {
  function spoiledBundle(runtime: Runtime, args: readonly string[], hooks?: HookScripts) {
    const { path, wasRun } = trap(runtime);
    const bundle = makeBundle(runtime.directory, args, hooks?.edit);
    writeFileSync(join(bundle, "bunfig.toml"), `preload = [${JSON.stringify(path)}]\nlogLevel = "debug"\n`);
    for (const name of [".env", ".env.local", ".env.production", ".env.development"]) {
      writeFileSync(
        join(bundle, name),
        `PATH=/nowhere\nTSRUNC_TEST_LEAK=${name}\nXDG_RUNTIME_DIR=/nowhere\n`,
      );
    }
    writeFileSync(
      join(bundle, "tsconfig.json"),
      '{"compilerOptions": {"paths": {"*": ["./trap.js"]}}, "broken": ',
    );
    writeFileSync(join(bundle, "package.json"), '{"name": "x", "type": "broken", "main": "trap.js", ');
    mkdirSync(join(bundle, "node_modules/yargs"), { recursive: true });
    copyFileSync(path, join(bundle, "node_modules/yargs/index.js"));
    return { bundle, wasRun };
  }

  it("do not change run from inside the bundle", ({ runtime }) => {
    const { bundle, wasRun } = spoiledBundle(runtime, ["sh", "-c", "echo ran; exit 5"]);
    const result = runtime.call(["run", runtime.newId()], { cwd: bundle });
    expect(result).toEqual({ status: 5, stdout: "ran\n", stderr: "" });
    expect(wasRun()).toBe(false);
  });

  it("do not change help, which loads a library", ({ runtime }) => {
    const { bundle, wasRun } = spoiledBundle(runtime, ["true"]);
    expect(runtime.call(["--help"], { cwd: bundle })).toEqual(runtime.call(["--help"]));
    expect(wasRun()).toBe(false);
  });

  it("add nothing to the environment that hooks inherit", ({ runtime }) => {
    const hooks = new HookScripts(runtime);
    hooks.add("createRuntime", `/usr/bin/env >${hooks.directory}/env`, { env: undefined });
    const { bundle } = spoiledBundle(runtime, ["true"], hooks);
    runtime.ok(["create", runtime.newId()], { cwd: bundle, silent: true, env: { ONLY: "this" } });
    const names = hooks.read("env").match(/^\w+(?==)/gm) ?? [];
    // PWD and the like are the shell's.
    expect(names.filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name))).toEqual(["ONLY"]);
  });
});

describe("the executable", () => {
  // runc is installed by its package, and found in PATH.
  it.skipIf(!isTsrunc)(
    "runs when it is copied elsewhere, by its absolute path, with an empty environment",
    ({ runtime }) => {
      const copy = join(runtime.directory, "renamed");
      copyFileSync(runtimePath, copy);
      const bundle = makeBundle(runtime.directory, ["echo", "ran"]);
      // What stands in the place of the runtime drops its path and runs the copy.
      const through = ["sh", "-c", `shift; exec /usr/bin/env -i '${copy}' "$@"`, "sh"];
      const result = runtime.run(bundle, { through });
      expect(result).toEqual({ status: 0, stdout: "ran\n", stderr: "" });
    },
  );

  it("does not need /proc/self/exe to be readable by name, nor a home, nor a place for temporary files", ({
    runtime,
  }) => {
    const env = {
      HOME: "/nowhere",
      TMPDIR: "/nowhere",
      XDG_CACHE_HOME: "/nowhere",
      XDG_RUNTIME_DIR: "/nowhere",
    };
    const bundle = makeBundle(runtime.directory, ["echo", "ran"]);
    expect(runtime.run(bundle, { env })).toEqual({ status: 0, stdout: "ran\n", stderr: "" });
  });
});

describe("limits and descriptors of the caller", () => {
  // runc 1.1.5 hands on the limit that Go has raised.
  it.skipIf(!isTsrunc)("a soft limit of open files arrives in a container without rlimits", ({ runtime }) => {
    const through = ["bash", "-c", 'ulimit -Sn 500; ulimit -Hn 900; exec "$@"', "bash"];
    const noLimits = (config: { process: { rlimits?: unknown } }) => {
      delete config.process.rlimits;
    };
    expect(seeWith(runtime, ["limits"], noLimits, { through }).rlimit).toContain("7 500 900");
  });

  it("few open files are enough", ({ runtime }) => {
    const through = ["bash", "-c", 'ulimit -n 64; exec "$@"', "bash"];
    const noLimits = (config: { process: { rlimits?: unknown } }) => {
      delete config.process.rlimits;
    };
    expect(sh(runtime, "echo ran", noLimits, { through })).toEqual({
      status: 0,
      stdout: "ran\n",
      stderr: "",
    });
  });

  it("closed standard descriptors do no harm: the container gets /dev/null or none", ({ runtime }) => {
    const through = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"];
    const file = join(runtime.directory, "proof");
    writeFileSync(file, "");
    const edit = (config: { mounts: unknown[] }) => {
      config.mounts.push({ destination: "/etc/group", source: file, type: "none", options: ["bind"] });
    };
    const script = "for fd in /proc/self/fd/*; do readlink $fd; done >/etc/group; exit 6";
    expect(sh(runtime, script, edit, { through }).status).toBe(6);
    expect(readFileSync(file, "utf8")).not.toContain(runtime.root);
  });

  it("a strict umask does not keep the runtime from its own files", ({ runtime }) => {
    const through = ["sh", "-c", 'umask 0777; exec "$@"', "sh"];
    const id = runtime.newId();
    const bundle = makeBundle(runtime.directory, waits);
    runtime.ok(["create", "--bundle", bundle, id], { silent: true, through });
    expect(runtime.state(id).status).toBe("created");
    runtime.ok(["delete", id]);
  });
});
