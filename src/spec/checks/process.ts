import { CAPABILITIES } from "../capability_names.ts";
import { problem, type Report, warning } from "../finding.ts";
import { parseIndexList } from "../index_list.ts";
import { RLIMITS } from "../rlimit_names.ts";
import type { Process, Spec } from "../types.ts";
import type { SpecContext } from "./context.ts";

/** A rule about a process object, be it config.json's at "/process" or the whole file of `exec --process`. */
export type ProcessCheck = (report: Report, process: Process, at: string) => void;

/** `start` cannot do without a process, and nothing can add one after create. */
export function checkProcessPresent(report: Report, spec: Spec): void {
  if (spec.process === undefined) report(problem("/process", "process property must not be empty"));
}

export function checkCwd(report: Report, process: Process, at: string): void {
  if (process.cwd === "") report(problem(`${at}/cwd`, "Cwd property must not be empty"));
  else if (!process.cwd.startsWith("/")) report(problem(`${at}/cwd`, "Cwd must be an absolute path"));
}

export function checkArgs(report: Report, process: Process, at: string): void {
  if ((process.args ?? []).length === 0) report(problem(`${at}/args`, "args must not be empty"));
}

export function checkEnv(report: Report, process: Process, at: string): void {
  for (const [index, entry] of (process.env ?? []).entries()) {
    if (entry.indexOf("=") > 0) continue;
    report(
      problem(
        `${at}/env/${index}`,
        `an environment variable must be NAME=VALUE, not ${JSON.stringify(entry)}`,
      ),
    );
  }
}

/** (uid_t) -1 means "leave it" to every system call that takes an id. */
const NO_ID = 0xffffffff;

export function checkUser(report: Report, process: Process, at: string): void {
  const { uid, gid, additionalGids = [] } = process.user;
  if (uid === NO_ID) report(problem(`${at}/user/uid`, `${NO_ID} is not a user id`));
  if (gid === NO_ID) report(problem(`${at}/user/gid`, `${NO_ID} is not a group id`));
  const index = additionalGids.indexOf(NO_ID);
  if (index >= 0) report(problem(`${at}/user/additionalGids/${index}`, `${NO_ID} is not a group id`));
}

export function checkRlimits(report: Report, process: Process, at: string): void {
  const seen = new Set<string>();
  for (const [index, { type, soft, hard }] of (process.rlimits ?? []).entries()) {
    const place = `${at}/rlimits/${index}`;
    if (!RLIMITS.has(type)) report(problem(`${place}/type`, `wrong rlimit value: ${type}`));
    if (seen.has(type)) report(problem(`${place}/type`, `duplicated rlimit: ${type}`));
    seen.add(type);
    if (soft > hard)
      report(problem(`${place}/soft`, `the soft limit ${soft} of ${type} is above the hard limit ${hard}`));
  }
}

const CAPABILITY_SETS = ["bounding", "effective", "inheritable", "permitted", "ambient"] as const;

/** The specification wants a warning, and no failure, for what cannot be granted. */
export function checkCapabilities(report: Report, process: Process, at: string): void {
  for (const set of CAPABILITY_SETS) {
    for (const [index, name] of (process.capabilities?.[set] ?? []).entries()) {
      const place = `${at}/capabilities/${set}/${index}`;
      if (name === "") report(problem(place, "the name of a capability must not be empty"));
      else if (!CAPABILITIES.has(name))
        report(warning(place, `unknown capability ${JSON.stringify(name)} is ignored`));
    }
  }
}

/** What the kernel demands of the sets: effective within permitted, ambient within both others. */
export function checkCapabilitySets(report: Report, process: Process, at: string): void {
  const sets = process.capabilities ?? {};
  for (const [inner, outer] of [
    ["effective", "permitted"],
    ["ambient", "permitted"],
    ["ambient", "inheritable"],
  ] as const) {
    for (const [index, name] of (sets[inner] ?? []).entries()) {
      if (!CAPABILITIES.has(name) || sets[outer]?.includes(name)) continue;
      const place = `${at}/capabilities/${inner}/${index}`;
      report(warning(place, `${name} cannot be ${inner} without being ${outer}`));
    }
  }
}

export function checkOomScoreAdj(report: Report, process: Process, at: string): void {
  const score = process.oomScoreAdj ?? 0;
  if (score >= -1000 && score <= 1000) return;
  report(problem(`${at}/oomScoreAdj`, `oomScoreAdj must be from -1000 to 1000, not ${score}`));
}

/** struct winsize has 16 bits for each side. */
const MAX_CONSOLE_SIDE = 0xffff;

export function checkConsoleSize(report: Report, process: Process, at: string): void {
  const size = process.consoleSize;
  // Without a terminal the specification wants it ignored, whatever it is.
  if (size === undefined || process.terminal !== true) return;
  if (size.height <= MAX_CONSOLE_SIDE && size.width <= MAX_CONSOLE_SIDE) return;
  report(problem(`${at}/consoleSize`, `a console has at most ${MAX_CONSOLE_SIDE} rows and columns`));
}

export function checkIgnoredConsoleSize(report: Report, spec: Spec, context: SpecContext): void {
  const { consoleSize, terminal } = spec.process ?? {};
  if (consoleSize === undefined || terminal === true || context.command !== "validate") return;
  report(warning("/process/consoleSize", "consoleSize is ignored without a terminal"));
}

export function checkExecCpuAffinity(report: Report, process: Process, at: string): void {
  for (const name of ["initial", "final"] as const) {
    const list = process.execCPUAffinity?.[name] ?? "";
    if (parseIndexList(list) !== undefined) continue;
    const place = `${at}/execCPUAffinity/${name}`;
    report(problem(place, `${name} must be a list of CPUs such as 0-3,7, not ${JSON.stringify(list)}`));
  }
}
