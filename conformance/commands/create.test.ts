import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeBundle, writeConfig } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { isAlive } from "../support/proc.ts";
import { cgroupViews } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

describe.each(cgroupViews)("create in the %s cgroup view", (view) => {
  it.override({ view });

  it("leaves a container whose program has not run", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["touch", "/ran"], (config) => {
      config.root.readonly = false;
    });
    const id = runtime.create(bundle);
    const { status, pid } = runtime.state(id);
    expect(status).toBe("created");
    expect(isAlive(pid)).toBe(true);
    expect(existsSync(join(bundle, "rootfs/ran"))).toBe(false);
  });

  it("says nothing when it succeeds", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const outputFile = join(runtime.directory, "output");
    const log = join(runtime.directory, "log");
    const globals = ["--log", log, "--log-format", "json"];
    runtime.ok([...globals, "create", "--bundle", bundle, runtime.newId()], { outputFile });
    expect(readFileSync(outputFile, "utf8")).toBe("");
    expect(existsSync(log) ? readFileSync(log, "utf8") : "").toBe("");
  });
});

describe("--bundle", () => {
  it("is the working directory when it is not given", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const id = runtime.newId();
    runtime.ok(["create", id], { cwd: bundle, silent: true });
    expect(runtime.state(id).bundle).toBe(bundle);
  });

  it("is relative to the working directory", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const id = runtime.newId();
    runtime.ok(["create", "--bundle", "bundle", id], { cwd: runtime.directory, silent: true });
    expect(runtime.state(id).bundle).toBe(bundle);
  });

  const forms = [["--bundle=B"], ["-b", "B"], ["-b=B"], ["-bundle", "B"], ["-bundle=B"]];
  it.for(forms)("may be written as %s, before the id or behind it", (form, { runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const flags = form.map((word) => word.replace("B", bundle));
    for (const args of [
      [...flags, runtime.newId()],
      [runtime.newId(), ...flags],
    ]) {
      runtime.ok(["create", ...args], { silent: true });
    }
  });
});

describe("--pid-file", () => {
  it("holds the digits of the pid and nothing else when create returns", ({ runtime }) => {
    const file = join(runtime.directory, "pid");
    const id = runtime.create(makeBundle(runtime.directory, waits), ["--pid-file", file]);
    expect(readFileSync(file, "utf8")).toBe(`${runtime.state(id).pid}`);
  });

  it("is relative to the working directory of the caller, not to the bundle", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const args = ["create", "--bundle", bundle, "--pid-file", "relative.pid", runtime.newId()];
    runtime.ok(args, { cwd: runtime.directory, silent: true });
    expect(readFileSync(join(runtime.directory, "relative.pid"), "utf8")).toMatch(/^\d+$/);
    expect(existsSync(join(bundle, "relative.pid"))).toBe(false);
  });

  it("replaces the file of an earlier container", ({ runtime }) => {
    const file = join(runtime.directory, "pid");
    writeFileSync(file, "1234567890123");
    const id = runtime.create(makeBundle(runtime.directory, waits), ["--pid-file", file]);
    expect(readFileSync(file, "utf8")).toBe(`${runtime.state(id).pid}`);
    expect(statSync(file).mode & 0o111).toBe(0);
  });

  it("fails create and leaves nothing when it cannot be written", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const id = runtime.newId();
    const args = ["create", "--bundle", bundle, "--pid-file", "/nonexistent/pid", id];
    expect(runtime.call(args, { silent: true }).status).toBe(1);
    expect(runtime.call(["state", id])).toMatchObject({ status: 1 });
  });
});

describe("container ids", () => {
  it.for(["", ".", "..", "../x", "a/b", "/a", "a b", "a$b", "a\nb", "ä"])(
    "create refuses the id %j",
    (id, { runtime }) => {
      const bundle = makeBundle(runtime.directory, waits);
      const { status, stderr } = runtime.call(["create", "--bundle", bundle, id]);
      expect(status).toBe(1);
      expect(stderr).toContain(id === "" ? "container id cannot be empty" : "invalid container ID format");
    },
  );

  it("letters, digits and _+-. may stand anywhere in an id", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const id = `_+${runtime.newId("A9")}.-`;
    runtime.ok(["create", "--bundle", bundle, id], { silent: true });
    expect(runtime.state(id).id).toBe(id);
    runtime.ok(["delete", "--force", id]);
  });

  it("an id in use is refused, and its container stays as it was", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const id = runtime.create(bundle);
    const before = runtime.state(id);
    const { status, stderr } = runtime.call(["create", "--bundle", bundle, id]);
    expect(status).toBe(1);
    expect(stderr).toContain("container with given ID already exists");
    expect(runtime.state(id)).toEqual(before);
    expect(isAlive(before.pid)).toBe(true);
  });

  it("an id is free again after delete", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const id = runtime.create(bundle);
    runtime.ok(["delete", id]);
    runtime.ok(["create", "--bundle", bundle, id], { silent: true });
    expect(runtime.state(id).status).toBe("created");
  });

  it("of many creates with one id at a time, one succeeds", async ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const id = runtime.newId();
    const calls = Array.from({ length: 4 }, () => runtime.start(["create", "--bundle", bundle, id]).exited());
    expect((await Promise.all(calls)).sort()).toEqual([0, 1, 1, 1]);
    expect(runtime.state(id).status).toBe("created");
  });
});

describe("the config", () => {
  it("may change after create without an effect on the container", ({ runtime }) => {
    const output = join(runtime.directory, "output");
    const bundle = makeBundle(runtime.directory, ["echo", "first"]);
    const id = runtime.newId();
    runtime.ok(["create", "--bundle", bundle, id], { outputFile: output });
    writeConfig(bundle, ["echo", "second"]);
    runtime.ok(["start", id]);
    return runtime.waitUntilStopped(id).then(() => expect(readFileSync(output, "utf8")).toBe("first\n"));
  });

  it("is not changed by create", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const before = readFileSync(join(bundle, "config.json"), "utf8");
    runtime.create(bundle);
    expect(readFileSync(join(bundle, "config.json"), "utf8")).toBe(before);
  });
});

describe("the caller's environment and directory", () => {
  it("create, state, start, kill and delete work in an empty environment", async ({ runtime }) => {
    const through = ["/usr/bin/env", "-i", ...absolutePathOfRuntime(runtime.commandLine([])[0]!)];
    const bundle = makeBundle(runtime.directory, waits);
    const id = runtime.newId();
    const call = (...args: string[]) => runtime.ok(args, { through, silent: true });
    call("create", "--bundle", bundle, id);
    call("state", id);
    call("start", id);
    call("kill", id, "KILL");
    await runtime.waitUntilStopped(id);
    call("delete", id);
  });

  it("create and start work from a directory that has been removed", ({ runtime }) => {
    const through = ["sh", "-c", 'd=$(mktemp -d) && cd "$d" && rmdir "$d" && exec "$@"', "sh"];
    const bundle = makeBundle(runtime.directory, waits);
    const id = runtime.newId();
    runtime.ok(["create", "--bundle", bundle, id], { through, silent: true });
    runtime.ok(["start", id], { through });
    expect(runtime.state(id).status).toBe("running");
  });
});

/** `env -i` takes away PATH too: a runtime that is named without a directory needs it back. */
function absolutePathOfRuntime(program: string): string[] {
  return program.includes("/") ? [] : [`PATH=${process.env.PATH}`];
}
