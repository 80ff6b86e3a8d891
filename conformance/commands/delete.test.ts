import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { isAlive } from "../support/proc.ts";
import { findResidue, noResidue } from "../support/residue.ts";
import { cgroupViews } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

describe.each(cgroupViews)("delete in the %s cgroup view", (view) => {
  it.override({ view });

  it("removes a stopped container with everything that belonged to it", async ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, ["true"]));
    await runtime.waitUntilStopped(id);
    expect(findResidue(id, runtime.root).state).toEqual([id]);
    expect(runtime.call(["delete", id])).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
    expect(runtime.call(["state", id]).stderr).toContain("does not exist");
  });

  it("ends and removes a created container", ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    const { pid } = runtime.state(id);
    expect(runtime.call(["delete", id])).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(isAlive(pid)).toBe(false);
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });

  it("refuses a running container, which goes on", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    const { status, stderr } = runtime.call(["delete", id]);
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot delete container ${id} that is not stopped: running`);
    expect(runtime.state(id).status).toBe("running");
  });

  it("--force ends a running container that ignores SIGTERM", ({ runtime }) => {
    const script = "trap '' TERM; while :; do sleep 0.05; done";
    const id = runtime.runDetached(makeBundle(runtime.directory, ["sh", "-c", script]));
    const { pid } = runtime.state(id);
    expect(runtime.call(["delete", "--force", id])).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(isAlive(pid)).toBe(false);
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });

  it("--force removes the cgroups that the container made below its own", async ({ runtime }) => {
    const path = view === "unified" ? "/sys/fs/cgroup/below" : "/sys/fs/cgroup/pids/below";
    const bundle = makeBundle(
      runtime.directory,
      ["sh", "-c", `mkdir -p ${path}/deep; sleep 100; :`],
      (config) => {
        config.mounts.at(-1).options = [];
      },
    );
    const id = runtime.runDetached(bundle);
    await expect.poll(() => findResidue(id, runtime.root).cgroups.join("\n")).toContain("below/deep");
    runtime.ok(["delete", "--force", id]);
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });
});

describe("delete", () => {
  it("of an unknown container fails with 'does not exist'", ({ runtime }) => {
    const { status, stdout, stderr } = runtime.call(["delete", runtime.newId()]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("container does not exist");
  });

  it("--force of an unknown container succeeds", ({ runtime }) => {
    for (const flag of ["--force", "-f", "--force=true"]) {
      expect(runtime.call(["delete", flag, runtime.newId()])).toMatchObject({ status: 0, stdout: "" });
    }
  });

  it("--force removes a directory that an interrupted create left", ({ runtime }) => {
    const id = runtime.newId();
    mkdirSync(join(runtime.root, id), { recursive: true });
    expect(runtime.call(["delete", "--force", id]).status).toBe(0);
    expect(existsSync(join(runtime.root, id))).toBe(false);
  });

  it("--force may stand behind the id", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    runtime.ok(["delete", id, "--force"]);
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });

  it("a second time fails, as for any unknown container", async ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    runtime.ok(["delete", id]);
    expect(runtime.call(["delete", id]).status).toBe(1);
  });

  it("works when the bundle is gone", async ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["true"]);
    const id = runtime.runDetached(bundle);
    await runtime.waitUntilStopped(id);
    rmSync(bundle, { recursive: true });
    runtime.ok(["delete", id]);
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });

  it("leaves the root file system and its files alone", async ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["touch", "/kept"], (config) => {
      config.root.readonly = false;
    });
    const id = runtime.runDetached(bundle);
    await runtime.waitUntilStopped(id);
    runtime.ok(["delete", id]);
    expect(existsSync(join(bundle, "rootfs/kept"))).toBe(true);
  });

  it("does not touch another container of the same bundle", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const [first, second] = [runtime.runDetached(bundle), runtime.runDetached(bundle)];
    const before = runtime.state(second);
    runtime.ok(["delete", "--force", first]);
    expect(runtime.state(second)).toEqual(before);
  });

  it("--force refuses an id that leaves the state root", ({ runtime }) => {
    const outside = join(runtime.directory, "outside");
    mkdirSync(outside);
    runtime.call(["delete", "--force", "../outside"]);
    expect(existsSync(outside)).toBe(true);
  });
});
