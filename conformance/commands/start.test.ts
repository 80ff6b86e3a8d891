import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { procFile } from "../support/proc.ts";
import { cgroupViews, isTsrunc } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

describe.each(cgroupViews)("start in the %s cgroup view", (view) => {
  it.override({ view });

  it("runs the program in the process that create made", async ({ runtime }) => {
    const output = join(runtime.directory, "output");
    const bundle = makeBundle(runtime.directory, ["/bin/probe", "pid", "session", "cwd"]);
    const id = runtime.newId();
    runtime.ok(["create", "--bundle", bundle, id], { outputFile: output });
    expect(runtime.call(["start", id])).toEqual({ status: 0, stdout: "", stderr: "" });
    await runtime.waitUntilStopped(id);
    expect(readFileSync(output, "utf8")).toBe("pid: 1\nsession: 1\ncwd: /\n");
  });

  it("turns created into running, with the same pid", ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    const { pid } = runtime.state(id);
    runtime.ok(["start", id]);
    expect(runtime.state(id)).toMatchObject({ status: "running", pid });
  });
});

describe("start", () => {
  it("gives the program its arguments as they are", async ({ runtime }) => {
    const args = ["sleep", "100", "", "two words", "*", "$HOME", "ü", "\t"];
    const id = runtime.create(makeBundle(runtime.directory, ["sh", "-c", "sleep 100; :", ...args]));
    runtime.ok(["start", id]);
    const { pid } = runtime.state(id);
    // Once the program runs; start may return a moment before it does.
    await expect.poll(() => procFile(pid, "comm")).toBe("sh\n");
    expect(procFile(pid, "cmdline")).toBe(["sh", "-c", "sleep 100; :", ...args, ""].join("\0"));
  });

  it("is refused while the container runs", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    const { status, stderr } = runtime.call(["start", id]);
    expect(status).toBe(1);
    expect(stderr).toContain("cannot start an already running container");
    expect(runtime.state(id).status).toBe("running");
  });

  it("is refused when the program has ended", async ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, ["true"]));
    await runtime.waitUntilStopped(id);
    const { status, stderr } = runtime.call(["start", id]);
    expect(status).toBe(1);
    expect(stderr).toContain("cannot start a container that has stopped");
  });

  it("is refused when the created container was killed", async ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    runtime.ok(["kill", id, "KILL"]);
    await runtime.waitUntilStopped(id);
    expect(runtime.call(["start", id])).toMatchObject({ status: 1, stdout: "" });
  });

  it("of an unknown container fails", ({ runtime }) => {
    const { status, stderr } = runtime.call(["start", runtime.newId()]);
    expect(status).toBe(1);
    expect(stderr).toContain("container does not exist");
  });

  // runc 1.1.5: the start that comes second can wait for a writer of the fifo for ever.
  it.skipIf(!isTsrunc)("at the same time as another start succeeds once", async ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    const calls = [1, 2, 3].map(() => runtime.start(["start", id]).exited());
    expect((await Promise.all(calls)).sort()).toEqual([0, 1, 1]);
    expect(runtime.state(id).status).toBe("running");
  });

  it("returns when the program has been started, not when it has ended", async ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    runtime.ok(["start", id]);
    expect(runtime.state(id).status).toBe("running");
    runtime.ok(["kill", id, "KILL"]);
    await runtime.waitUntilStopped(id);
  });
});
