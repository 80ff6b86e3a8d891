import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { isTsrunc, type Runtime } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

/** A created, a running and a stopped container, sorted by id. */
async function threeContainers(runtime: Runtime) {
  const bundle = makeBundle(runtime.directory, waits);
  const ids = [runtime.create(bundle), runtime.runDetached(bundle), runtime.runDetached(bundle)].sort();
  runtime.ok(["kill", ids[2]!, "KILL"]);
  await runtime.waitUntilStopped(ids[2]!);
  return { bundle, ids };
}

describe("list", () => {
  it("is a table with a row for each container, whatever its status", async ({ runtime }) => {
    const { bundle, ids } = await threeContainers(runtime);
    const { status, stdout, stderr } = runtime.call(["list"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [header, ...rows] = stdout.replace(/\n$/, "").split("\n");
    expect(header!.split(/ {2,}/)).toEqual(["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]);
    const cells = rows.map((row) => row.split(/ {2,}/));
    expect(cells).toEqual(
      ids.map((id) => {
        const { pid, status, created } = runtime.state(id);
        return [id, `${pid}`, status, bundle, created, "root"];
      }),
    );
  });

  it("pads every column to the widest cell, at least 12, with 3 spaces between", async ({ runtime }) => {
    const { ids, bundle } = await threeContainers(runtime);
    const [header] = runtime.ok(["list"]).split("\n");
    const id = `${"ID".padEnd(Math.max(12, ids[0]!.length) + 3)}${"PID".padEnd(12)}${"STATUS".padEnd(12)}`;
    expect(header!.startsWith(`${id}${"BUNDLE".padEnd(Math.max(12, bundle.length) + 3)}CREATED`)).toBe(true);
  });

  it("--format json is one line: the states, with the owner's name", async ({ runtime }) => {
    const { ids } = await threeContainers(runtime);
    const stdout = runtime.ok(["list", "--format", "json"]);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual(ids.map((id) => ({ ...runtime.state(id), owner: "root" })));
    expect(runtime.ok(["list", "-f=json"])).toBe(stdout);
  });

  it("--quiet prints the ids, whatever the format", async ({ runtime }) => {
    const { ids } = await threeContainers(runtime);
    for (const flags of [["-q"], ["--quiet"], ["--quiet", "--format", "json"]]) {
      expect(runtime.ok(["list", ...flags])).toBe(ids.map((id) => `${id}\n`).join(""));
    }
  });

  it("of an empty root is a header, null in JSON, and nothing with --quiet", ({ runtime }) => {
    mkdirSync(runtime.root);
    expect(runtime.ok(["list"]).trim().split(/ +/)).toEqual([
      "ID",
      "PID",
      "STATUS",
      "BUNDLE",
      "CREATED",
      "OWNER",
    ]);
    expect(runtime.ok(["list", "--format", "json"]).trim()).toBe("null");
    expect(runtime.ok(["list", "--quiet"])).toBe("");
  });

  // runc 1.1.5 takes it for an empty one.
  it.skipIf(!isTsrunc)("of a root that was named and does not exist is an error", ({ runtime }) => {
    const { status, stderr } = runtime.call(["list"]);
    expect(status).toBe(1);
    expect(stderr).toContain("no such file or directory");
  });

  it("refuses an unknown format", ({ runtime }) => {
    mkdirSync(runtime.root);
    const { status, stderr } = runtime.call(["list", "--format", "yaml"]);
    expect(status).toBe(1);
    expect(stderr).toContain("invalid format option");
  });

  it("passes over directories that hold no container", async ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    mkdirSync(join(runtime.root, "empty"));
    expect(runtime.call(["list", "--quiet"])).toMatchObject({ status: 0, stdout: `${id}\n` });
  });

  it("shows no container of another root", ({ runtime }) => {
    runtime.create(makeBundle(runtime.directory, waits));
    const elsewhere = join(runtime.directory, "elsewhere");
    mkdirSync(elsewhere);
    expect(runtime.ok(["--root", elsewhere, "list", "--quiet"])).toBe("");
  });
});
