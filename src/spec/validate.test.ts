import { expect, test } from "vitest";
import { RuntimeError } from "../errors.ts";
import { defaultSpec } from "./default_spec.ts";
import {
  assertValidProcess,
  assertValidResources,
  assertValidSpec,
  checkSpec,
  findProblems,
} from "./validate.ts";

const SPEC = defaultSpec({ rootless: false, cgroupV2: true, uid: 0, gid: 0 });
const CONTEXT = { rootless: false, useSystemd: false, command: "create" } as const;

test("assertValidSpec() throws the first error and returns the warnings", () => {
  const relative = { ...SPEC, mounts: [{ destination: "x", type: "tmpfs" }] };
  expect(assertValidSpec(SPEC, CONTEXT)).toEqual([]);
  expect(assertValidSpec(relative, CONTEXT).map(({ level }) => level)).toEqual(["warning"]);
  const broken = { ...relative, ociVersion: "2.0.0", process: undefined };
  expect(() => assertValidSpec(broken, CONTEXT)).toThrow(RuntimeError);
  expect(() => assertValidSpec(broken, CONTEXT)).toThrow('unsupported ociVersion "2.0.0"');
});

test("a config without a process is refused at create, for nothing could start", () => {
  const findings = checkSpec({ ...SPEC, process: undefined }, CONTEXT);
  expect(findings).toEqual([
    { level: "error", at: "/process", message: "process property must not be empty" },
  ]);
});

test("advice is for validate only", () => {
  const spec = {
    ...SPEC,
    ociVersion: "1.9.0",
    process: { ...SPEC.process!, terminal: false, consoleSize: { height: 1, width: 1 } },
  };
  expect(checkSpec(spec, CONTEXT)).toEqual([]);
  expect(checkSpec(spec, { ...CONTEXT, command: "validate" })).toHaveLength(2);
});

test("assertValidProcess() and assertValidResources() point into their own document", () => {
  const at = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return (error as RuntimeError).at;
    }
    return undefined;
  };
  expect(at(() => assertValidProcess({ cwd: "x", args: ["a"], user: { uid: 0, gid: 0 } }))).toBe("/cwd");
  expect(at(() => assertValidResources({ cpu: { idle: 2 } }))).toBe("/cpu/idle");
});

test("findProblems() reports broken JSON, then a broken shape, then broken rules", () => {
  const find = (text: string) => findProblems(new TextEncoder().encode(text), CONTEXT).map(({ at }) => at);
  expect(find('{"a":[1,}')).toEqual(["/a/1"]);
  expect(find('{"ociVersion":"9","root":3}')).toEqual(["/root"]);
  expect(find('{"ociVersion":"9","root":{"path":"x"}}')).toEqual(["/ociVersion", "/process"]);
});
