import { RuntimeError } from "../../errors.ts";
import type { SeccompFacts } from "../../plan/host_facts.ts";
import { type Op, op } from "../../plan/plan.ts";
import type { LinuxSeccomp, LinuxSeccompFlag } from "../../spec/types.ts";
import { notifies } from "./program.ts";
import { newListenerFlag, seccompFlags } from "./tables.ts";

const at = "/linux/seccomp";

/** Where the notify descriptor goes (config-linux.md, "Containers processes state"). */
export interface SeccompListener {
  readonly path: string;
  readonly metadata: string | undefined;
}

export interface SeccompPlan {
  /** Stands before the op that waits for the start. */
  readonly ops: readonly Op[];
  /** What init has to keep permitted until the filter is loaded. */
  readonly keepCapabilities: readonly string[];
  readonly listener: SeccompListener | undefined;
}

/**
 * The filter is loaded at the last moment there is, so that it need not allow what init does: by `exec`, with
 * nothing but execve(2) behind it. The kernel wants no_new_privs for that or CAP_SYS_ADMIN; without the first,
 * init keeps the second in its permitted set, which execve(2) computes anew. Only a filter with NOTIFY has to
 * be loaded earlier, while tsrunc still listens to take the descriptor.
 *
 * @param facts undefined where the plan is not going to be run
 * @throws RuntimeError `host` for a flag that the kernel does not know
 */
export function planSeccomp(
  seccomp: LinuxSeccomp | undefined,
  noNewPrivileges: boolean,
  facts: SeccompFacts | undefined,
): SeccompPlan {
  if (seccomp === undefined) return { ops: [], keepCapabilities: [], listener: undefined };
  const listens = notifies(seccomp);
  return {
    ops: [
      op("seccomp", at, {
        filter: facts?.filter ?? new Uint8Array(0),
        flags: filterFlags(seccomp.flags, listens, facts?.supportedFlags),
        raise: noNewPrivileges ? 0 : 1,
      }),
    ],
    keepCapabilities: noNewPrivileges ? [] : ["CAP_SYS_ADMIN"],
    listener: listens ? { path: seccomp.listenerPath ?? "", metadata: seccomp.listenerMetadata } : undefined,
  };
}

/**
 * Without `flags` the speculation mitigations that only seccomp brings are left out, where the kernel has the
 * choice, as by runc and crun.
 */
function filterFlags(
  flags: readonly LinuxSeccompFlag[] | undefined,
  listens: boolean,
  supported = 0xffffffff,
): number {
  const {
    SECCOMP_FILTER_FLAG_SPEC_ALLOW,
    SECCOMP_FILTER_FLAG_TSYNC,
    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
  } = seccompFlags;
  let value = listens ? newListenerFlag : 0;
  if (flags === undefined) return value | (supported & SECCOMP_FILTER_FLAG_SPEC_ALLOW);
  for (const [index, name] of flags.entries()) {
    const flag = seccompFlags[name];
    if ((flag & supported) === 0) {
      throw new RuntimeError("host", `the kernel does not support ${name}`, { at: `${at}/flags/${index}` });
    }
    // Without a listener there is nothing to wait for, and the kernel refuses the flag.
    const idle = flag === SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV && !listens;
    if (!idle && flag !== SECCOMP_FILTER_FLAG_TSYNC) value |= flag;
  }
  return value;
}
