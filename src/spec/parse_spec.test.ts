import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RuntimeError } from "../errors.ts";
import { patched } from "./checks/spec_under_test.ts";
import { defaultSpec, formatSpec } from "./default_spec.ts";
import { childPointer } from "./json_pointer.ts";
import { findSchemaProblems, parseProcess, parseResources, parseSpec } from "./parse_spec.ts";
import { findConfigErrors, findFeaturesErrors, findStateErrors } from "./schema_errors.gen.js";
import { stringifyJson } from "./stringify.ts";
import { isConfig } from "./validators.gen.js";

const bytesOf = (value: unknown) => new TextEncoder().encode(stringifyJson(value));
const DEFAULT = defaultSpec({ rootless: false, cgroupV2: true, uid: 0, gid: 0 });

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RuntimeError) return `${error.code} ${error.at}: ${error.message}`;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("parseSpec()", () => {
  test("reads what formatSpec() writes", () => {
    expect(parseSpec(new TextEncoder().encode(formatSpec(DEFAULT)))).toEqual(DEFAULT);
  });

  test("treats null members as absent and keeps unknown members", () => {
    const spec = parseSpec(
      bytesOf(
        patched({ process: { capabilities: null, user: null }, hooks: null, futureMember: { x: null } }),
      ),
    );
    expect(spec.process?.capabilities).toBe(undefined);
    expect(spec.process?.user).toEqual({ uid: 0, gid: 0 });
    expect("hooks" in spec).toBe(false);
    expect(spec).toHaveProperty("futureMember", {});
  });

  test("ignores members of other platforms", () => {
    expect(() =>
      parseSpec(bytesOf(patched({ windows: 1, vm: [], process: { commandLine: "x" } }))),
    ).not.toThrow();
  });

  test.each([
    ["null", null, "config : config cannot be null"],
    ["another kind of document", [], "config : the document must be an object, not an array"],
    ["a missing version", { root: { path: "x" } }, "config /ociVersion: ociVersion is required"],
    ["a missing root", { ociVersion: "1.0.0" }, "config /root: root must be specified"],
    [
      "a missing cwd",
      patched({ process: { cwd: undefined } }),
      "config /process/cwd: Cwd property must not be empty",
    ],
    [
      "a missing gid",
      patched({ process: { user: { uid: 1 } } }),
      "config /process/user/gid: process.user.gid is required",
    ],
    [
      "a number for an array",
      patched({ process: { args: 3 } }),
      "config /process/args: process.args must be an array of strings, not a number",
    ],
    [
      "null in an array",
      patched({ process: { args: ["a", null] } }),
      "config /process/args/1: process.args[1] must be a string, not null",
    ],
    [
      "a fraction",
      patched({ process: { user: { uid: 1.5, gid: 0 } } }),
      "config /process/user/uid: process.user.uid must be an integer from 0 to 4294967295, not 1.5",
    ],
    [
      "a string for a number",
      patched({ process: { oomScoreAdj: "1" } }),
      'config /process/oomScoreAdj: process.oomScoreAdj must be an integer from -2147483648 to 2147483647, not "1"',
    ],
    [
      "an integer beyond 64 bits",
      patched({ process: { rlimits: [{ type: "RLIMIT_CPU", soft: 0, hard: 2n ** 64n }] } }),
      "config /process/rlimits/0/hard: process.rlimits[0].hard must be an integer from 0 to 2^64 - 1, not 18446744073709551616",
    ],
    [
      "a double for a 64-bit integer",
      patched({ linux: { resources: { memory: { limit: 1e20 } } } }),
      "config /linux/resources/memory/limit: linux.resources.memory.limit must be an integer from -2^63 to 2^63 - 1, not 100000000000000000000",
    ],
    [
      "an unknown name",
      patched({ linux: { namespaces: [{ type: "net" }] } }),
      'config /linux/namespaces/0/type: linux.namespaces[0].type must be one of pid, network, mount, ipc, uts, user, cgroup, time, not "net"',
    ],
    [
      "a pattern that is not met",
      patched({ linux: { resources: { devices: [{ allow: true, access: "x" }] } } }),
      'config /linux/resources/devices/0/access: linux.resources.devices[0].access must be made of the letters r, w and m, not "x"',
    ],
    [
      "an object for a boolean",
      patched({ root: { path: "x", readonly: {} } }),
      "config /root/readonly: root.readonly must be a boolean, not an object",
    ],
    [
      "a number for a string in a map",
      patched({ linux: { sysctl: { "net.a/b": 1 } } }),
      'config /linux/sysctl/net.a~1b: linux.sysctl["net.a/b"] must be a string, not a number',
    ],
  ])("refuses %s", (_name, value, text) => {
    expect(refusal(() => parseSpec(bytesOf(value)))).toBe(text);
  });

  test("passes on what is wrong with the JSON itself", () => {
    expect(refusal(() => parseSpec(new TextEncoder().encode('{"a":1,"a":2}')))).toBe(
      'config /a: invalid JSON at 1:8: duplicate key "a"',
    );
  });
});

test("parseProcess() and parseResources() point into their own document", () => {
  expect(parseProcess(bytesOf({ args: ["ls"], cwd: "/" })).user).toEqual({ uid: 0, gid: 0 });
  expect(refusal(() => parseProcess(bytesOf({ cwd: 1 })))).toBe(
    "config /cwd: cwd must be a string, not a number",
  );
  expect(parseResources(bytesOf({ memory: null, pids: { limit: 5 } }))).toEqual({ pids: { limit: 5 } });
  expect(refusal(() => parseResources(bytesOf({ cpu: { quota: true } })))).toContain(
    "config /cpu/quota: cpu.quota",
  );
});

test("findSchemaProblems() lists everything at once", () => {
  const problems = findSchemaProblems({ root: {}, process: { cwd: 1, args: ["a", 2] } });
  expect(problems.map(({ at }) => at)).toEqual([
    "/ociVersion",
    "/root/path",
    "/process/args/1",
    "/process/cwd",
  ]);
});

test("the verdict and the list of errors never disagree, wherever the config is broken", () => {
  const places = everyPlace(DEFAULT);
  const junk = fc.constantFrom<unknown>(
    null,
    -1,
    1.5,
    2n ** 63n,
    2n ** 64n,
    "",
    "x",
    true,
    [],
    [1],
    {},
    undefined,
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), junk, (place, value) => {
      const broken = replaceAt(DEFAULT, place, value);
      const errors = findConfigErrors(broken);
      expect(isConfig(broken)).toBe(errors.length === 0);
      for (const { message } of findSchemaProblems(broken))
        expect(message).not.toMatch(/undefined|of the schema/);
    }),
    { numRuns: 500 },
  );
});

test("the schemas of state and features know what is required", () => {
  const state = { ociVersion: "1.3.0", id: "a", status: "running", bundle: "/b" };
  expect(findStateErrors({ ...state, status: "stopped" })).toEqual([]);
  expect(findStateErrors(state).map(({ params }) => params.missingProperty)).toContain("pid");
  expect(findFeaturesErrors({ ociVersionMin: "1.0.0", ociVersionMax: "1.3.0" })).toEqual([]);
  expect(findFeaturesErrors({ linux: { capabilities: ["x"] } })).toHaveLength(3);
});

/** The pointers of all values in a document. */
function everyPlace(value: unknown, at = ""): string[] {
  if (typeof value !== "object" || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, member]) => everyPlace(member, childPointer(at, key)));
  return [at, ...inner];
}

function replaceAt(document: unknown, place: string, value: unknown, at = ""): unknown {
  if (at === place) return value;
  if (typeof document !== "object" || document === null || !place.startsWith(at)) return document;
  if (Array.isArray(document)) {
    return document.map((item, index) => replaceAt(item, place, value, childPointer(at, index)));
  }
  return Object.fromEntries(
    Object.entries(document).map(([key, member]) => [
      key,
      replaceAt(member, place, value, childPointer(at, key)),
    ]),
  );
}
