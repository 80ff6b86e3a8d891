import { errno, errnoReason } from "../errno.ts";
import { configError, RuntimeError } from "../errors.ts";
import type { SeccompFacts } from "../plan/host_facts.ts";
import { seccompArchitectures } from "../process/seccomp/architectures.ts";
import { encodeInstructions, instructionSize, maxInstructions } from "../process/seccomp/classic_bpf.ts";
import { type NewestSyscall, planNewSyscallRule, x32Variants } from "../process/seccomp/new_syscalls.ts";
import { planSeccompProgram, type SeccompCall, type SeccompProgram } from "../process/seccomp/program.ts";
import { seccompFlags } from "../process/seccomp/tables.ts";
import { stringifyJson } from "../spec/stringify.ts";
import type { LinuxSeccomp } from "../spec/types.ts";
import { readTextFile } from "../sys/files.ts";
import {
  type FilterContext,
  seccompArchAdd,
  seccompArchNative,
  seccompExportBpf,
  seccompOptimize,
  seccompRuleAdd,
  seccompSyscallResolveName,
  seccompSyscallResolveNameArch,
  seccompVersion,
  withFilterContext,
} from "../sys/libseccomp.ts";
import { supportedSeccompFlags } from "../sys/seccomp.ts";
import { SysError } from "../sys/sys_error.ts";
import { readCachedFilter, writeCachedFilter } from "./seccomp_cache.ts";

const at = "/linux/seccomp";

/** To be raised when the same profile becomes other instructions: cached filters are then forgotten. */
const revision = 1;

/**
 * The profile as instructions for the kernel, from the cache below the state root or from libseccomp.
 *
 * @throws RuntimeError with the pointer of what libseccomp or the kernel cannot do
 */
export function makeSeccompFilter(seccomp: LinuxSeccomp | undefined, root: string): SeccompFacts | undefined {
  if (seccomp === undefined) return undefined;
  const supportedFlags = supportedSeccompFlags(Object.values(seccompFlags));
  if (supportedFlags === undefined) {
    throw new RuntimeError("host", "the kernel has no seccomp filters (CONFIG_SECCOMP_FILTER)", { at });
  }
  const { defaultAction, defaultErrnoRet, architectures, syscalls } = seccomp;
  // The native text of the profile is there sooner than the program.
  const key = [
    `tsrunc ${revision}, libseccomp ${seccompVersion()}, ${process.arch}`,
    readTextFile("/proc/sys/kernel/osrelease").trim(),
    stringifyJson({ defaultAction, defaultErrnoRet, architectures, syscalls }),
  ].join("\n");
  const cached = readCachedFilter(root, key);
  if (cached !== undefined) return { filter: cached, supportedFlags };
  const filter = compileSeccomp(planSeccompProgram(seccomp));
  writeCachedFilter(root, key, filter);
  return { filter, supportedFlags };
}

/** @throws RuntimeError with the pointer of what libseccomp refuses */
export function compileSeccomp(program: SeccompProgram): Uint8Array {
  const compiled = withFilterContext(program.defaultAction, (context) => {
    for (const call of program.calls) {
      try {
        runCall(context, call);
      } catch (error) {
        if (!(error instanceof SysError)) throw error;
        throw explain(call, error);
      }
    }
    return seccompExportBpf(context);
  });
  const first = encodeInstructions(planNewSyscallRule(findNewest(program)));
  const filter = new Uint8Array(first.length + compiled.length);
  filter.set(first);
  filter.set(compiled, first.length);
  if (filter.length / instructionSize > maxInstructions) {
    throw configError(
      at,
      `the profile becomes ${filter.length / instructionSize} instructions, and the kernel takes ${maxInstructions}`,
    );
  }
  return filter;
}

function runCall(context: FilterContext, call: SeccompCall): void {
  switch (call.call) {
    case "addArchitecture":
      seccompArchAdd(context, call.token);
      return;
    case "optimize":
      seccompOptimize(context);
      return;
    case "addRule": {
      // The spec leaves names that are not known open; profiles are written for many kernels.
      const number = seccompSyscallResolveName(call.syscall);
      if (number !== undefined) seccompRuleAdd(context, call.action, number, call.conditions);
      return;
    }
    default:
      call satisfies never;
  }
}

function explain(call: SeccompCall, error: SysError): RuntimeError {
  const details = { at: call.at, errno: error.errno, cause: error };
  if (call.call === "addArchitecture") {
    const reason =
      error.errno === errno.EDOM
        ? "has the other byte order"
        : `is not known to libseccomp ${seccompVersion()}`;
    return new RuntimeError("host", `${call.architecture} ${reason}`, details);
  }
  const what = call.call === "addRule" ? `the rule for ${call.syscall}` : call.call;
  return new RuntimeError("host", `libseccomp refuses ${what}: ${errnoReason(error.errno)}`, details);
}

/** For each architecture of the filter the newest call that the profile names. */
function findNewest(program: SeccompProgram): NewestSyscall[] {
  const { knownSyscalls } = program;
  if (knownSyscalls === undefined) return [];
  const tokens = new Set([seccompArchNative()]);
  for (const call of program.calls) if (call.call === "addArchitecture") tokens.add(call.token);
  return [...tokens].flatMap((token) => {
    const numbers = knownSyscalls
      .map((name) => seccompSyscallResolveNameArch(token, name))
      .filter((number) => number !== undefined && !isX32Variant(token, number)) as number[];
    return numbers.length === 0 ? [] : [{ token, number: Math.max(...numbers) }];
  });
}

function isX32Variant(token: number, number: number): boolean {
  return (
    token === seccompArchitectures.SCMP_ARCH_X32 && number >= x32Variants.first && number <= x32Variants.last
  );
}
