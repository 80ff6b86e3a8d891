/** A bundle that must be refused: rows for tables of wrong configs, and the checks that hold for all of them. */
import { join } from "node:path";
import { expect } from "vitest";
import { type Config, makeBundle } from "./bundle.ts";
import { readLog } from "./log_file.ts";
import { findResidue } from "./residue.ts";
import { isTsrunc, type Runtime } from "./runtime.ts";

export interface WrongConfig {
  readonly name: string;
  /** Bends the good config; a string that it returns is written in place of it. */
  readonly edit?: (config: Config, bundle: string) => unknown;
  /** Bends the bundle after config.json was written. */
  readonly spoil?: (bundle: string) => void;
  /** Where tsrunc says the fault is: a JSON pointer, or a path. */
  readonly at: string | RegExp;
  /** runc 1.1.5 creates the container all the same. */
  readonly runcAccepts?: boolean;
}

/** The rows that the runtime under test has to refuse. */
export function refused(rows: readonly WrongConfig[]): readonly WrongConfig[] {
  return rows.filter(({ runcAccepts }) => isTsrunc || runcAccepts !== true);
}

/** `create` fails with one error that says where the fault is, and leaves nothing. */
export function expectRefusal(runtime: Runtime, row: WrongConfig): void {
  const bundle = makeBundle(runtime.directory, ["/bin/true"], row.edit);
  row.spoil?.(bundle);
  const id = runtime.newId();
  const log = join(runtime.directory, "log.json");
  const traces = () => [findResidue(id, runtime.root), findResidue(runtime.directory, runtime.root)];
  const before = traces();

  const args = ["create", "--bundle", bundle, id];
  const result = runtime.call(["--log", log, "--log-format", "json", ...args]);
  expect(result).toMatchObject({ status: 1, stdout: "" });
  const errors = readLog(log).filter(({ level }) => level === "error");
  expect(errors).toHaveLength(1);
  expect(errors[0]!.msg).toMatch(/^\w+ create failed: \S/);
  expect(result.stderr).toContain(errors[0]!.msg);
  expect(traces()).toEqual(before);
  if (isTsrunc) expectPlace(runtime, row.at, errors[0]!.at, runtime.call(args).stderr);
}

/** The place is a key of the JSON line, and stands in the one line of text that people see. */
function expectPlace(
  runtime: Runtime,
  expected: string | RegExp,
  at: string | undefined,
  stderr: string,
): void {
  const place = (at ?? "").replaceAll(runtime.directory, "DIR");
  if (typeof expected === "string") expect(place).toBe(expected);
  else expect(place).toMatch(expected);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain(at);
}
