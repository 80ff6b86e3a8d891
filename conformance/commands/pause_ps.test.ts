import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { cgroupViews, type Runtime, waitUntil } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

/** A container that writes to a file for ever; returns how much it has written. */
function startCounter(runtime: Runtime): { id: string; count: () => number } {
  const outputFile = join(runtime.directory, "output");
  const id = runtime.newId();
  const bundle = makeBundle(runtime.directory, ["sh", "-c", "while :; do echo x; done"]);
  runtime.ok(["run", "--detach", "--bundle", bundle, id], { outputFile });
  return { id, count: () => statSync(outputFile).size };
}

for (const view of cgroupViews) {
  describe(`pause and resume with the ${view} cgroups`, () => {
    it.override({ view });

    it("stop a container that counts, and let it go on", async ({ runtime }) => {
      const { id, count } = startCounter(runtime);
      await waitUntil(() => count() > 0, "it counts");
      expect(runtime.call(["pause", id])).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(runtime.state(id).status).toBe("paused");
      const before = count();
      await new Promise((done) => setTimeout(done, 100));
      expect(count()).toBe(before);
      expect(runtime.call(["resume", id])).toEqual({ status: 0, stdout: "", stderr: "" });
      await waitUntil(() => count() > before, "it goes on");
      expect(runtime.state(id).status).toBe("running");
    });

    it("a paused container can be deleted by force", ({ runtime }) => {
      const id = runtime.runDetached(makeBundle(runtime.directory, waits));
      runtime.ok(["pause", id]);
      runtime.ok(["delete", "--force", id]);
      expect(runtime.call(["state", id]).status).toBe(1);
    });
  });
}

describe("pause and resume", () => {
  it("are refused where they make no sense", async ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    expect(runtime.call(["resume", id]).stderr).toContain("container not paused");
    runtime.ok(["kill", id, "KILL"]);
    await runtime.waitUntilStopped(id);
    expect(runtime.call(["pause", id]).stderr).toContain("container not running");
  });
});

describe("ps", () => {
  it("--format json is an array of every process on one line", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, ["sh", "-c", "sleep 100 & sleep 100; :"]));
    const { pid } = runtime.state(id);
    const output = runtime.ok(["ps", "--format", "json", id]);
    expect(output).toMatch(/^\[[\d,]+\]\n$/);
    expect(JSON.parse(output)).toContain(pid);
  });

  it("prints the header of ps and the rows of the container only", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    const { pid } = runtime.state(id);
    const [header, ...rows] = runtime.ok(["ps", id]).trimEnd().split("\n");
    expect(header).toMatch(/^UID +PID +PPID/);
    expect(rows.some((row) => row.split(/\s+/)[1] === `${pid}`)).toBe(true);
  });

  it("hands options to ps", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    const [header] = runtime.ok(["ps", id, "-o", "pid,comm"]).split("\n");
    expect(header?.trim().split(/\s+/)).toEqual(["PID", "COMMAND"]);
  });

  it("says when the options leave no PID column", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    const { status, stderr } = runtime.call(["ps", id, "-o", "comm"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/find PID field in ps output/);
  });
});
