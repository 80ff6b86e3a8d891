/** Compiled filters, run by an interpreter, against the words of the spec applied to the profile directly. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runFilter, type SeccompData } from "../../test/support/run_classic_bpf.ts";
import { seccompArchitectures } from "../process/seccomp/architectures.ts";
import { planSeccompProgram } from "../process/seccomp/program.ts";
import { seccompActions } from "../process/seccomp/tables.ts";
import type { LinuxSeccomp, LinuxSeccompArg, LinuxSyscall } from "../spec/types.ts";
import { seccompSyscallResolveNameArch } from "../sys/libseccomp.ts";
import { compileSeccomp } from "./seccomp_filter.ts";

const { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32 } = seccompArchitectures;
const x32Bit = 0x40000000;

/** Of every age and on all of the architectures below; none that one of them hides behind another call. */
const names =
  "read write open close stat mmap brk ioctl access dup getpid clone execve exit kill uname fcntl chdir mkdir chmod ptrace " +
  "capget prctl mount swapon reboot gettid tkill openat unshare splice epoll_create1 prlimit64 setns getrandom " +
  "bpf execveat statx pidfd_open clone3 close_range openat2 faccessat2 mount_setattr landlock_create_ruleset";
const syscallNames = names.split(" ");

const values = [0n, 1n, 2n, 5n, 0x7fn, 0xffn, 0x7fffffffn, 0x80000000n, 0xffffffffn];
const wideValues = [...values, 0x100000000n, 0x100000005n, 1n << 63n, (1n << 64n) - 1n];

/** An action for each system call, so that no two rules contradict each other: the spec gives them no order. */
const actionOf = (name: string): LinuxSyscall["action"] => {
  const actions = ["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_LOG", "SCMP_ACT_TRAP"] as const;
  return actions[name.length % actions.length]!;
};

const equalities = ["SCMP_CMP_NE", "SCMP_CMP_EQ", "SCMP_CMP_MASKED_EQ"] as const;
const orders = ["SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_GE", "SCMP_CMP_GT"] as const;

function argsWith(
  ops: readonly LinuxSeccompArg["op"][],
  data: readonly bigint[],
): fc.Arbitrary<LinuxSeccompArg> {
  const datum = fc.constantFrom(...data);
  return fc.record({ index: fc.nat(5), value: datum, valueTwo: datum, op: fc.constantFrom(...ops) });
}

/**
 * Several rules of one call only have equalities here: libseccomp 2.5.4 loses some answers where more than one
 * rule orders the same argument. A rule alone is right, and has a test of its own.
 */
function profiles(): fc.Arbitrary<LinuxSeccomp> {
  return fc.boolean().chain((compat) => {
    const arg = argsWith(equalities, compat ? values : wideValues);
    const syscall: fc.Arbitrary<LinuxSyscall> = fc
      .tuple(
        fc.constantFrom(...syscallNames),
        fc.array(fc.constantFrom(...syscallNames, "no_such_call"), { maxLength: 12 }),
        fc.oneof(fc.constant([]), fc.array(arg, { maxLength: 3 })),
      )
      .map(([first, more, args]) => ({
        names: [first, ...more.filter((name) => actionOf(name) === actionOf(first))],
        action: actionOf(first),
        args,
      }));
    return fc.record({
      defaultAction: fc.constantFrom(
        "SCMP_ACT_ERRNO",
        "SCMP_ACT_KILL_PROCESS",
        "SCMP_ACT_TRACE",
        "SCMP_ACT_ALLOW",
      ),
      defaultErrnoRet: fc.constantFrom(undefined, 7),
      architectures: fc.constantFrom(
        ...(compat
          ? ([
              ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
              ["SCMP_ARCH_X86"],
              ["SCMP_ARCH_X32"],
            ] as const)
          : ([undefined, ["SCMP_ARCH_X86_64"]] as const)),
      ),
      syscalls: fc.array(syscall, { maxLength: 12 }),
    });
  });
}

/** A call of one of the names, or of any number, on one of the three kinds of x86. */
const calls = fc
  .record({
    token: fc.constantFrom(SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32),
    name: fc.constantFrom(undefined, ...syscallNames, "set_mempolicy_home_node", "process_mrelease"),
    number: fc.oneof(fc.nat(1000), fc.constant(0xfffffff)),
    args: fc.array(fc.constantFrom(...wideValues), { minLength: 6, maxLength: 6 }),
  })
  .map(({ token, name, number, args }): SeccompData & { token: number } => {
    const resolved = name === undefined ? undefined : seccompSyscallResolveNameArch(token, name);
    const plain = token === SCMP_ARCH_X32 ? number + x32Bit : number;
    return {
      token,
      number: resolved ?? plain,
      architecture: token === SCMP_ARCH_X32 ? SCMP_ARCH_X86_64 : token,
      // The arguments of 32-bit programs have 32 bits, and libseccomp compares no more.
      args: token !== SCMP_ARCH_X86_64 ? args.map((value) => value & 0xffffffffn) : args,
    };
  });

function holds({ index, op, value, valueTwo }: LinuxSeccompArg, args: readonly bigint[]): boolean {
  const actual = args[index]!;
  const datum = BigInt(value);
  switch (op) {
    case "SCMP_CMP_NE":
      return actual !== datum;
    case "SCMP_CMP_LT":
      return actual < datum;
    case "SCMP_CMP_LE":
      return actual <= datum;
    case "SCMP_CMP_EQ":
      return actual === datum;
    case "SCMP_CMP_GE":
      return actual >= datum;
    case "SCMP_CMP_GT":
      return actual > datum;
    case "SCMP_CMP_MASKED_EQ":
      // libseccomp looks at the bits of the mask on both sides.
      return (actual & datum) === (BigInt(valueTwo ?? 0) & datum);
    default:
      return op satisfies never;
  }
}

function applies(syscall: LinuxSyscall, args: readonly bigint[]): boolean {
  const conditions = syscall.args ?? [];
  const repeats = new Set(conditions.map(({ index }) => index)).size < conditions.length;
  const hold = (condition: LinuxSeccompArg) => holds(condition, args);
  return repeats ? conditions.some(hold) : conditions.every(hold);
}

/** The answer that the profile has for a call, straight from its words. */
function evaluate(profile: LinuxSeccomp, call: SeccompData & { token: number }): number {
  const tokens = [
    SCMP_ARCH_X86_64,
    ...(profile.architectures ?? []).map((name) => seccompArchitectures[name]),
  ];
  // Bad architecture: libseccomp kills the thread.
  if (!tokens.includes(call.token)) return 0;
  const syscalls = profile.syscalls ?? [];
  const defaultAction = seccompActions[profile.defaultAction];
  const numberOf = (name: string) => seccompSyscallResolveNameArch(call.token, name);
  if (!defaultAction.permits) {
    const isVariant = (number: number) =>
      call.token === SCMP_ARCH_X32 && number >= x32Bit + 512 && number <= x32Bit + 547;
    const known = syscalls
      .flatMap((syscall) => syscall.names.map(numberOf))
      .filter((number) => number !== undefined && !isVariant(number)) as number[];
    if (known.length > 0 && !isVariant(call.number) && call.number > Math.max(...known)) return 0x50026;
  }
  const rule = syscalls.find(
    (syscall) => syscall.names.some((name) => numberOf(name) === call.number) && applies(syscall, call.args),
  );
  if (rule !== undefined)
    return seccompActions[rule.action].value + (rule.action === "SCMP_ACT_ERRNO" ? 1 : 0);
  return defaultAction.value + (defaultAction.takesErrno ? (profile.defaultErrnoRet ?? 1) : 0);
}

describe.runIf(process.arch === "x64")("compileSeccomp()", () => {
  it("answers every call as the profile says", () => {
    fc.assert(
      fc.property(profiles(), fc.array(calls, { minLength: 20, maxLength: 60 }), (profile, list) => {
        const filter = compileSeccomp(planSeccompProgram(profile));
        for (const call of list) {
          const words = `${call.token.toString(16)} ${call.number} ${call.args.join(" ")}`;
          expect(`${words}: ${runFilter(filter, call).toString(16)}`).toBe(
            `${words}: ${evaluate(profile, call).toString(16)}`,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it("compares all 64 bits of every argument of a rule", () => {
    const distinct = fc.uniqueArray(argsWith([...equalities, ...orders], wideValues), {
      selector: ({ index }) => index,
      minLength: 1,
      maxLength: 6,
    });
    const list = fc.array(fc.constantFrom(...wideValues), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(distinct, fc.array(list, { minLength: 20, maxLength: 40 }), (args, calls) => {
        const syscalls = [{ names: ["getpid"], action: "SCMP_ACT_LOG", args }] as const;
        const filter = compileSeccomp(planSeccompProgram({ defaultAction: "SCMP_ACT_ALLOW", syscalls }));
        const number = seccompSyscallResolveNameArch(SCMP_ARCH_X86_64, "getpid")!;
        for (const values of calls) {
          const answer = runFilter(filter, { number, architecture: SCMP_ARCH_X86_64, args: values });
          const hit = applies(syscalls[0], values);
          expect([values, answer]).toEqual([values, hit ? 0x7ffc0000 : 0x7fff0000]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("says which architecture libseccomp cannot add", () => {
    const profile = {
      defaultAction: "SCMP_ACT_ALLOW",
      architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_S390X"],
    } as const;
    expect(() => compileSeccomp(planSeccompProgram(profile))).toThrow(
      expect.objectContaining({
        code: "host",
        message: "SCMP_ARCH_S390X has the other byte order",
        at: "/linux/seccomp/architectures/1",
      }),
    );
  });

  it("refuses more than the kernel takes", () => {
    const args = (value: number) => [{ index: 0, value, op: "SCMP_CMP_EQ" } as const];
    const profile: LinuxSeccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: Array.from({ length: 5000 }, (_, value) => ({
        names: ["ioctl"],
        action: "SCMP_ACT_ERRNO",
        args: args(value),
      })),
    };
    expect(() => compileSeccomp(planSeccompProgram(profile))).toThrow(
      /instructions, and the kernel takes 4096$/,
    );
  });
});
