/**
 * The same source under Node: a container's life through the functions a program would import, with koffi in
 * the place of bun:ffi.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeBundle } from "../../conformance/support/bundle.ts";
import { createContainer } from "./create.ts";
import { deleteContainer } from "./delete.ts";
import { killContainer } from "./kill.ts";
import { listContainers } from "./list.ts";
import { startContainer } from "./start.ts";
import { readState } from "./state.ts";

const id = `tsrunctest-library-${process.pid}`;
const log = { warning: (_message: string) => undefined };
let directory: string;
let root: string;
let cwd: string;

beforeEach(() => {
  cwd = process.cwd();
  directory = mkdtempSync(join(tmpdir(), "tsrunc-library-"));
  root = join(directory, "state");
});
afterEach(() => {
  deleteContainer({ id, root, force: true, log });
  process.chdir(cwd);
  rmSync(directory, { recursive: true });
});

function create(bundle: string): void {
  createContainer({
    id,
    bundle,
    root,
    noPivot: false,
    noNewKeyring: false,
    preserveFds: 0,
    env: {},
    systemdCgroup: false,
    rootless: "auto",
    log,
  });
}

describe("a container made under Node", () => {
  it("is created, started, killed and deleted", () => {
    create(makeBundle(directory, ["sleep", "100"]));
    const { pid, status } = readState({ id, root });
    expect(status).toBe("created");

    startContainer({ id, root });
    expect(readState({ id, root })).toMatchObject({ status: "running", pid });

    killContainer({ id, root, signal: 9, all: false });
    deleteContainer({ id, root, force: true, log });
    expect(listContainers({ root })).toEqual([]);
  });

  it("fails with an error that has a code and a place, and leaves nothing", () => {
    expect(() => create(makeBundle(directory, ["/nope"]))).toThrow(
      expect.objectContaining({ code: "executable", at: "/process/args/0" }),
    );
    expect(listContainers({ root })).toEqual([]);
  });
});
