import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { waits } from "../support/shell.ts";

describe("state", () => {
  it("is JSON with two spaces of indent, the keys in order, and no newline at the end", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits, (config) => {
      config.annotations = { "org.example.b": "2", "org.example.a": "" };
    });
    const id = runtime.create(bundle);
    const { status, stdout, stderr } = runtime.call(["state", id]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const state = JSON.parse(stdout);
    expect(stdout).toBe(JSON.stringify(state, undefined, 2));
    expect(Object.keys(state)).toEqual([
      "ociVersion",
      "id",
      "pid",
      "status",
      "bundle",
      "rootfs",
      "created",
      "annotations",
      "owner",
    ]);
    expect(state).toMatchObject({
      id,
      status: "created",
      bundle,
      rootfs: join(bundle, "rootfs"),
      annotations: { "org.example.a": "", "org.example.b": "2" },
      owner: "",
    });
    expect(state.ociVersion).toMatch(/^1\.\d+\.\d+/);
  });

  it("leaves annotations out when there are none", ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    expect(runtime.state(id)).not.toHaveProperty("annotations");
  });

  it("goes from created to running to stopped, and the pid of a stopped container is 0", async ({
    runtime,
  }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    const created = runtime.state(id);
    expect(created.status).toBe("created");
    runtime.ok(["start", id]);
    expect(runtime.state(id)).toEqual({ ...created, status: "running" });
    runtime.ok(["kill", id, "KILL"]);
    await runtime.waitUntilStopped(id);
    expect(runtime.state(id)).toEqual({ ...created, status: "stopped", pid: 0 });
  });

  it("has the time of creation in UTC, with fractions of a second", ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    expect(runtime.state(id).created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z$/);
  });

  it("names the bundle without symlinks", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const link = join(runtime.directory, "link");
    symlinkSync(bundle, link);
    expect(runtime.state(runtime.create(link)).bundle).toBe(bundle);
  });

  it("names a root file system outside the bundle", ({ runtime }) => {
    const other = makeBundle(runtime.directory, [], undefined, "other");
    const bundle = makeBundle(runtime.directory, waits, (config) => {
      config.root.path = join(other, "rootfs");
    });
    expect(runtime.state(runtime.create(bundle)).rootfs).toBe(join(other, "rootfs"));
  });

  it("of an unknown container fails and prints nothing on stdout", ({ runtime }) => {
    const { status, stdout, stderr } = runtime.call(["state", runtime.newId()]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("container does not exist");
  });

  it("knows nothing of a container under another root", ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    const { status } = runtime.call(["--root", join(runtime.directory, "elsewhere"), "state", id]);
    expect(status).toBe(1);
  });

  it("refuses an id that leaves the state root", ({ runtime }) => {
    runtime.create(makeBundle(runtime.directory, waits));
    expect(runtime.call(["state", "../state"]).status).toBe(1);
  });

  it.for([[], ["a", "b"]])("needs exactly one id, not %j", (ids, { runtime }) => {
    const { status, stdout, stderr } = runtime.call(["--log", "/dev/null", "state", ...ids]);
    expect(status).toBe(1);
    expect(stdout + stderr).toContain('"state" requires exactly 1 argument');
  });

  it("can be read while the container changes", async ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    const start = runtime.start(["start", id]);
    for (let i = 0; i < 10; i++) expect(runtime.state(id).status).toMatch(/^(created|running)$/);
    expect(await start.exited()).toBe(0);
  });
});
