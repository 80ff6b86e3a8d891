import type { LinuxSeccomp, LinuxSeccompArg, LinuxSyscall } from "../../spec/types.ts";
import { seccompArchitectures } from "./architectures.ts";
import { seccompActions, seccompOperators } from "./tables.ts";

const at = "/linux/seccomp";

/** struct scmp_arg_cmp. */
export interface Condition {
  readonly argument: number;
  readonly operator: number;
  readonly datumA: bigint;
  readonly datumB: bigint;
}

/** One call of libseccomp on the filter being made. `at` is where in config.json it comes from. */
export type SeccompCall =
  | {
      readonly call: "addArchitecture";
      readonly architecture: string;
      readonly token: number;
      readonly at: string;
    }
  | { readonly call: "optimize"; readonly at: string }
  | {
      readonly call: "addRule";
      readonly syscall: string;
      readonly action: number;
      /** All of them have to hold. */
      readonly conditions: readonly Condition[];
      readonly at: string;
    };

/** A profile as libseccomp is told about it: pure data, to be run by `lifecycle/seccomp_filter.ts`. */
export interface SeccompProgram {
  readonly defaultAction: number;
  readonly calls: readonly SeccompCall[];
  /**
   * Every name of the profile, when system calls newer than all of them are to fail with ENOSYS: programs
   * then fall back to the older call, where the EPERM of the default action would be the end.
   */
  readonly knownSyscalls: readonly string[] | undefined;
}

const EPERM = 1;

/** Beyond this many rules a binary search over the numbers beats the list. */
const longList = 32;

/** Profile → calls, in the order of the profile. */
export function planSeccompProgram(seccomp: LinuxSeccomp): SeccompProgram {
  const defaultAction = actionValue(seccomp.defaultAction, seccomp.defaultErrnoRet);
  const rules = (seccomp.syscalls ?? []).flatMap((syscall, index) =>
    planRules(syscall, defaultAction, `${at}/syscalls/${index}`),
  );
  return {
    defaultAction,
    calls: [
      ...(seccomp.architectures ?? []).map(
        (architecture, index) =>
          ({
            call: "addArchitecture",
            architecture,
            token: seccompArchitectures[architecture],
            at: `${at}/architectures/${index}`,
          }) as const,
      ),
      ...(rules.length > longList ? [{ call: "optimize", at } as const] : []),
      ...rules,
    ],
    knownSyscalls: seccompActions[seccomp.defaultAction].permits
      ? undefined
      : [...new Set((seccomp.syscalls ?? []).flatMap(({ names }) => names))],
  };
}

/** Whether some system call is to be answered by a process outside. */
export function notifies(seccomp: LinuxSeccomp): boolean {
  return (seccomp.syscalls ?? []).some(({ action }) => action === "SCMP_ACT_NOTIFY");
}

function actionValue(name: LinuxSeccomp["defaultAction"], errnoRet: number | undefined): number {
  const { value, takesErrno } = seccompActions[name];
  return takesErrno ? value + (errnoRet ?? EPERM) : value;
}

/** A rule that says what happens anyway is an error for libseccomp, and so is left out. */
function planRules(syscall: LinuxSyscall, defaultAction: number, place: string): SeccompCall[] {
  const action = actionValue(syscall.action, syscall.errnoRet);
  if (action === defaultAction) return [];
  const alternatives = planConditions(syscall.args ?? []);
  return syscall.names.flatMap((name) =>
    alternatives.map(
      (conditions) => ({ call: "addRule", syscall: name, action, conditions, at: place }) as const,
    ),
  );
}

/**
 * Conditions on different arguments have to hold together. libseccomp takes one condition for an argument,
 * so with two for the same one, each condition of the list becomes a rule of its own: any may hold.
 */
function planConditions(args: readonly LinuxSeccompArg[]): readonly (readonly Condition[])[] {
  const conditions = args.map(
    ({ index, op, value, valueTwo }): Condition => ({
      argument: index,
      operator: seccompOperators[op],
      datumA: BigInt(value),
      // MASKED_EQ alone reads it: argument & value == valueTwo.
      datumB: BigInt(valueTwo ?? 0),
    }),
  );
  const repeats = new Set(conditions.map(({ argument }) => argument)).size < conditions.length;
  return repeats ? conditions.map((condition) => [condition]) : [conditions];
}
