/** What `create` and `exec` do alike to turn init into the program. */
import { configError } from "../errors.ts";
import { type Op, op } from "../plan/plan.ts";
import type { Process } from "../spec/types.ts";
import { planBoundingSet, planCapabilitySets } from "./plan_capabilities.ts";
import { environmentValue, uniqueEnvironment } from "./plan_env.ts";

/** A process that says what to run. */
export type Program = Process & { readonly args: readonly string[] };

/**
 * The spec requires `process` at start only, but init is made at create, as every peer does.
 *
 * @param at pointer of the process object
 */
export function requireProgram(process: Process | undefined, at: string): Program {
  if (process === undefined) throw configError(at, "process property must not be empty");
  if (process.args === undefined || process.args.length === 0) {
    throw configError(`${at}/args`, "args must not be empty");
  }
  return process as Program;
}

/** The pty, or without one the container's own /dev/null in the place of the host's. */
export function planTerminal(process: Process, at: string, bindConsole: boolean): readonly Op[] {
  if (process.terminal !== true) return [op("reopenNull", `${at}/terminal`, {})];
  return [
    op("console", `${at}/terminal`, {
      socket: "console",
      width: process.consoleSize?.width ?? 0,
      height: process.consoleSize?.height ?? 0,
      bindConsole: bindConsole ? 1 : 0,
    }),
  ];
}

/** The directory is entered twice: as root, and again as the user where only the user may enter it. */
export function planCredentials(
  process: Process,
  at: string,
  keepCapabilities: readonly string[],
): readonly Op[] {
  const { uid, gid, additionalGids } = process.user;
  return [
    ...planBoundingSet(process.capabilities),
    op("chdir", `${at}/cwd`, { path: process.cwd, strict: 0 }),
    op("chownStdio", `${at}/user/uid`, { uid }),
    op("user", `${at}/user`, { uid, gid, groups: additionalGids ?? [] }),
    ...planCapabilitySets(process.capabilities, keepCapabilities),
    op("chdir", `${at}/cwd`, { path: process.cwd, strict: 1 }),
  ];
}

/** The program is looked up as the user who will run it, before anybody is told that all is well. */
export function planProgramSearch(process: Program, at: string): readonly Op[] {
  return [
    op("findExecutable", `${at}/args/0`, {
      file: process.args[0]!,
      searchPath: environmentValue(process.env ?? [], "PATH") ?? "",
    }),
    ...(process.noNewPrivileges === true ? [op("noNewPrivileges", `${at}/noNewPrivileges`, {})] : []),
  ];
}

/** The last op: the program takes the place of init. */
export function planExecution(
  process: Program,
  at: string,
  preserveFds: number,
  addedEnvironment: readonly string[],
): Op {
  return op("exec", `${at}/args`, {
    args: process.args,
    env: uniqueEnvironment([...(process.env ?? []), ...addedEnvironment]),
    preserveFds,
    setHome: process.env === undefined ? 0 : 1,
    uid: process.user.uid,
  });
}
