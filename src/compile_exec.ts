import { type ExecNamespaces, planExecNamespaces } from "./namespaces/plan_namespaces.ts";
import type { HostFacts } from "./plan/host_facts.ts";
import { syncPoints } from "./plan/ops.ts";
import { type Op, op } from "./plan/plan.ts";
import { labelKeyring, planLabels } from "./process/plan_labels.ts";
import {
  planCredentials,
  planExecution,
  planProgramSearch,
  planTerminal,
  requireProgram,
} from "./process/plan_program.ts";
import { planRlimits, type ResourceLimit } from "./process/plan_rlimits.ts";
import { planMemoryPolicy, planPersonality, planScheduling } from "./process/plan_scheduling.ts";
import { planSeccomp, type SeccompListener } from "./process/seccomp/plan_seccomp.ts";
import type { LinuxNamespaceType, Process, Spec } from "./spec/types.ts";

export interface ExecRequest {
  readonly id: string;
  /** Pointer of the process object in errors: "" for a process file, "/process" for the container's own. */
  readonly at: string;
  /** The namespaces of the container that are not the caller's. */
  readonly namespaces: readonly LinuxNamespaceType[];
  readonly preserveFds: number;
}

/** What `exec` will do: init's ops, and what tsrunc does from outside. */
export interface ExecPlan {
  readonly ops: readonly Op[];
  readonly joins: ExecNamespaces["joins"];
  readonly rlimits: readonly ResourceLimit[];
  readonly terminal: boolean;
  readonly seccompListener: SeccompListener | undefined;
}

const defaultUmask = 0o022;

/**
 * A further process for a running container: it joins what `compile` made, and then goes the same way to its
 * program, with the container's seccomp profile, labels and limits. Hooks do not run.
 *
 * @param process complete: what it leaves out has been taken from the container's config
 * @throws RuntimeError `config`
 */
export function compileExec(
  process: Process,
  container: Spec,
  request: ExecRequest,
  facts: Pick<HostFacts, "euid" | "securityModules" | "seccomp">,
): ExecPlan {
  const { at } = request;
  const program = requireProgram(process, at);
  const namespaces = planExecNamespaces(request.namespaces, facts.euid === 0);
  const seccomp = planSeccomp(container.linux?.seccomp, program.noNewPrivileges === true, facts.seccomp);
  const keyring = [op("sessionKeyring", "", { name: `_ses.${request.id}`, permissions: 0 })];
  const ops: Op[] = [
    ...namespaces.stage,
    op("sync", "", { point: syncPoints.forked }),
    op("newSession", "", {}),
    ...labelKeyring(program, facts.securityModules, keyring),
    ...planTerminal(program, at, false),
    op("umask", `${at}/user/umask`, { mask: program.user.umask ?? defaultUmask }),
    op("resetAffinity", at, {}),
    ...planScheduling(program, at),
    ...planPersonality(container.linux?.personality),
    ...planMemoryPolicy(container.linux?.memoryPolicy),
    op("sync", at, { point: syncPoints.ready }),
    ...planLabels(program, at, facts.securityModules),
    ...planCredentials(program, at, seccomp.keepCapabilities),
    ...planProgramSearch(program, at),
    ...seccomp.ops,
    op("waitForStart", "", { socket: "none" }),
    planExecution(program, at, request.preserveFds, []),
  ];
  return {
    ops,
    joins: namespaces.joins,
    rlimits: planRlimits(program),
    terminal: program.terminal === true,
    seccompListener: seccomp.listener,
  };
}
