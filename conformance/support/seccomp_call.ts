/** Containers whose program makes one system call under a seccomp profile. */
import { expect } from "vitest";
import { type Config, makeBundle } from "./bundle.ts";
import { readProbe, type Seen } from "./probe.ts";
import type { Result, Runtime } from "./runtime.ts";

/** Numbers of calls that no start of a program makes: on x86-64, and the common table of the others. */
export const number =
  process.arch === "arm64"
    ? { priorityMax: 125, personality: 92, swapon: 224 }
    : { priorityMax: 146, personality: 135, swapon: 167 };
export const newSyscall = 999;

/** sched_get_priority_max(SCHED_FIFO) is 99 everywhere. */
export const untouched = { result: ["99"], errno: ["0"] };
export const SCHED_FIFO = 1;

export type Edit = (config: Config) => void;
export const nothing: Edit = () => undefined;

export function callIn(
  runtime: Runtime,
  seccomp: Config,
  call: readonly (number | string)[],
  edit = nothing,
): Result {
  const words = typeof call[0] === "string" ? call : ["syscall", ...call];
  const bundle = makeBundle(runtime.directory, ["/bin/probe", ...words.map(String)], (config) => {
    config.linux.seccomp = seccomp;
    edit(config);
  });
  return runtime.run(bundle);
}

/** What the probe printed; the container must have run and ended well. */
export function seeCall(
  runtime: Runtime,
  seccomp: Config,
  call: readonly (number | string)[],
  edit = nothing,
): Seen {
  const result = callIn(runtime, seccomp, call, edit);
  expect(result).toMatchObject({ status: 0, stderr: "" });
  return readProbe(result.stdout);
}

/** Everything is allowed but sched_get_priority_max. */
export function onePriorityRule(rule: Config, rest: Config = {}): Config {
  return {
    defaultAction: "SCMP_ACT_ALLOW",
    ...rest,
    syscalls: [{ names: ["sched_get_priority_max"], ...rule }],
  };
}

export const withPrivileges: Edit = ({ process }) => {
  process.noNewPrivileges = false;
};
export const asUser: Edit = ({ process }) => {
  process.user = { uid: 1000, gid: 1000 };
};
export const asUserWithPrivileges: Edit = (config) => {
  withPrivileges(config);
  asUser(config);
};

export const SIGSYS_STATUS = 128 + 31;
