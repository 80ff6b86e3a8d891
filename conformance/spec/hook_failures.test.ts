import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { HookScripts } from "../support/hooks.ts";
import { isAlive } from "../support/proc.ts";
import { findResidue, noResidue } from "../support/residue.ts";
import { isTsrunc } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

describe("a hook that fails", () => {
  it.for(["prestart", "createRuntime", "createContainer"] as const)(
    "%s fails create and leaves nothing",
    (name, { runtime }) => {
      const hooks = new HookScripts(runtime).add(name, "true").add(name, "echo the reason >&2; exit 23");
      const bundle = makeBundle(runtime.directory, ["true"], hooks.edit);
      const id = runtime.newId();
      const { status, stdout, stderr } = runtime.call(["create", "--bundle", bundle, id]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(/error running .*hook #1: .*exit status 23/);
      expect(stderr).toContain("the reason");
      expect(findResidue(id, runtime.root)).toEqual(noResidue);
    },
  );

  it("is the last of its kind that runs", ({ runtime }) => {
    const hooks = new HookScripts(runtime)
      .add("createRuntime", "exit 1")
      .add("createRuntime", "echo ran >$D/second");
    const bundle = makeBundle(runtime.directory, ["true"], hooks.edit);
    expect(runtime.call(["create", "--bundle", bundle, runtime.newId()]).status).toBe(1);
    expect(hooks.read("second")).toBe("");
  });

  it("at create lets poststop hooks run", ({ runtime }) => {
    const hooks = new HookScripts(runtime)
      .add("createRuntime", "exit 1")
      .add("poststop", "echo ran >$D/poststop");
    const bundle = makeBundle(runtime.directory, ["true"], hooks.edit);
    expect(runtime.call(["create", "--bundle", bundle, runtime.newId()]).status).toBe(1);
    expect(hooks.read("poststop")).toBe("ran\n");
  });

  it("because its program is missing is told like any other", ({ runtime }) => {
    const hooks = new HookScripts(runtime).add("createRuntime", "", { path: "/nope" });
    const bundle = makeBundle(runtime.directory, ["true"], hooks.edit);
    const { status, stderr } = runtime.call(["create", "--bundle", bundle, runtime.newId()]);
    expect(status).toBe(1);
    expect(stderr).toContain("/nope");
    expect(stderr).toContain("no such file or directory");
  });

  it("because a signal killed it fails create too", ({ runtime }) => {
    const hooks = new HookScripts(runtime).add("createRuntime", "kill -SEGV $$");
    const bundle = makeBundle(runtime.directory, ["true"], hooks.edit);
    const { status, stderr } = runtime.call(["create", "--bundle", bundle, runtime.newId()]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/hook #0: .*(signal|segmentation)/);
  });

  it("makes run fail, and the program does not run", ({ runtime }) => {
    const hooks = new HookScripts(runtime).add("createContainer", "exit 1");
    const id = runtime.newId();
    const args = ["run", "--bundle", makeBundle(runtime.directory, ["echo", "ran"], hooks.edit), id];
    expect(runtime.call(args)).toMatchObject({ status: 1, stdout: "" });
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });

  it("startContainer keeps the program from running", async ({ runtime }) => {
    const hooks = new HookScripts(runtime).add("startContainer", "exit 3");
    const script = ["sh", "-c", "echo ran >>$D/program"];
    const id = runtime.create(makeBundle(runtime.directory, script, hooks.edit));
    const { status } = runtime.call(["start", id]);
    // runc has let go of the container when it finds out.
    if (isTsrunc) expect(status).toBe(1);
    await runtime.waitUntilStopped(id);
    expect(hooks.read("program")).toBe("");
  });

  // runc 1.1.5 runs poststart hooks at create, and removes the container there.
  it.skipIf(!isTsrunc)("poststart fails start and ends the container", async ({ runtime }) => {
    const hooks = new HookScripts(runtime).add("poststart", "exit 3");
    const id = runtime.create(makeBundle(runtime.directory, waits, hooks.edit));
    const { pid } = runtime.state(id);
    const { status, stderr } = runtime.call(["start", id]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/error running poststart hook #0: exit status 3/);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  // runc 1.1.5 stops at the first and fails delete.
  it.skipIf(!isTsrunc)("poststop is a warning: the next hooks run and delete succeeds", ({ runtime }) => {
    const hooks = new HookScripts(runtime).add("poststop", "exit 3").add("poststop", "echo ran >$D/second");
    const id = runtime.create(makeBundle(runtime.directory, waits, hooks.edit));
    expect(runtime.call(["delete", id]).status).toBe(0);
    expect(hooks.read("second")).toBe("ran\n");
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });
});

describe("the timeout of a hook", () => {
  it.for(["createRuntime", "createContainer"] as const)(
    "%s: ends it and fails create",
    (name, { runtime }) => {
      const hooks = new HookScripts(runtime).add(name, "cat /proc/self/stat >$D/stat; exec sleep 1000", {
        timeout: 1,
      });
      const bundle = makeBundle(runtime.directory, ["true"], hooks.edit);
      const id = runtime.newId();
      const { status, stderr } = runtime.call(["create", "--bundle", bundle, id]);
      expect(status).toBe(1);
      expect(stderr).toMatch(/hook ran past specified timeout of 1(\.0)?s/);
      expect(hooks.read("stat")).not.toBe("");
      expect(findResidue(id, runtime.root)).toEqual(noResidue);
    },
  );

  it("does not matter to a hook that ends in time, or that leaves a child behind", ({ runtime }) => {
    const leaveChild = "sleep 1000 <&- >&- 2>&- & echo $! >$D/child";
    const hooks = new HookScripts(runtime).add("createRuntime", leaveChild, { timeout: 10 });
    runtime.create(makeBundle(runtime.directory, waits, hooks.edit));
    const child = Number(hooks.read("child"));
    expect(isAlive(child)).toBe(true);
    process.kill(child, "SIGKILL");
  });
});
