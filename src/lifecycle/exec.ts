import { openCgroup } from "../cgroups/choose_driver.ts";
import { compileExec, type ExecPlan } from "../compile_exec.ts";
import { RuntimeError } from "../errors.ts";
import { namespaceKinds } from "../namespaces/kinds.ts";
import type { SlotName } from "../plan/ops.ts";
import { type ExecOverrides, inheritProcess, overrideProcess } from "../process/exec_process.ts";
import { parseProcess, parseSpec } from "../spec/parse_spec.ts";
import type { LinuxNamespaceType, Process, Spec } from "../spec/types.ts";
import { assertValidProcess } from "../spec/validate.ts";
import { forwardSignals } from "../sys/clone_helper.ts";
import { O_RDONLY } from "../sys/constants.ts";
import { close, open, readFile, readlink } from "../sys/files.ts";
import { libc } from "../sys/libc.ts";
import { exitCode, waitForExit } from "../sys/processes.ts";
import { openProcfs, writeOomScoreAdj } from "../sys/procfs.ts";
import { reasonOf, SysError } from "../sys/sys_error.ts";
import { checkTerminal, connectConsole } from "./console_socket.ts";
import { checkContainerId } from "./container_id.ts";
import { explainDeath } from "./explain_death.ts";
import { ForegroundTerminal } from "./foreground_terminal.ts";
import { joinRdtGroup } from "./intel_rdt.ts";
import { endChild, type InitProcess, launchInit } from "./launch.ts";
import { liveStatus, openInit } from "./live_status.ts";
import { writePidFile } from "./pid_file.ts";
import { sendPidfd } from "./pidfd_socket.ts";
import { countPreservedFds } from "./preserved_fds.ts";
import { makeSeccompFilter } from "./seccomp_filter.ts";
import { sendSeccompListener } from "./seccomp_listener.ts";
import { readSecurityModules } from "./security_modules.ts";
import { setAffinity } from "./set_affinity.ts";
import { setLimits } from "./set_limits.ts";
import { hookStateOf } from "./start.ts";
import type { StateRecord } from "./state_record.ts";
import { readStateRecord, savedConfigPath } from "./state_store.ts";
import { execRefusal } from "./status.ts";

export interface ExecInContainerRequest {
  readonly id: string;
  readonly root: string;
  /** A file with a process object; then the command line says nothing about the process. */
  readonly processFile: string | undefined;
  readonly overrides: ExecOverrides;
  readonly detach: boolean;
  readonly consoleSocket: string | undefined;
  readonly pidfdSocket: string | undefined;
  readonly pidFile: string | undefined;
  readonly preserveFds: number;
  readonly ignorePaused: boolean;
  /** A cgroup below the container's own. */
  readonly cgroup: string | undefined;
  readonly log: { readonly warning: (message: string) => void };
}

/**
 * Runs a further process in a container. Returns its exit status (128 + n when signal n ended it), or 0 at
 * once with `detach`.
 *
 * @throws RuntimeError; then no process is left
 */
export function execInContainer(request: ExecInContainerRequest): number {
  checkContainerId(request.id);
  const preserveFds = countPreservedFds(request.preserveFds, 0);
  const record = readStateRecord(request.root, request.id);
  const refusal = execRefusal(liveStatus(request.root, record), request.ignorePaused);
  if (refusal !== undefined) throw new RuntimeError("state", refusal);

  const container = parseSpec(readFile(savedConfigPath(request.root, request.id)));
  const process = chooseProcess(request, container);
  checkTerminal(process.terminal === true, request.consoleSocket !== undefined, request.detach);
  const plan = compileExec(
    process,
    container,
    {
      id: request.id,
      at: request.processFile === undefined ? "/process" : "",
      namespaces: namespacesToJoin(record, container),
      preserveFds,
    },
    {
      euid: Number(libc.geteuid()),
      securityModules: readSecurityModules({ ...container, process }),
      seccomp: makeSeccompFilter(container.linux?.seccomp, request.root),
    },
  );

  const terminal = new ForegroundTerminal();
  try {
    const console = openConsole(request, plan, terminal);
    const child = launch(request, record, container, process, plan, console);
    announce(request, child);
    if (request.detach) return 0;
    forwardSignals(child.pidfd, terminal.attach());
    terminal.copyUntilExit(child.pidfd);
    return exitCode(waitForExit(child.pidfd));
  } finally {
    terminal.restore();
  }
}

/** A process that nobody hears of is not left running. */
function announce(request: ExecInContainerRequest, child: InitProcess): void {
  try {
    if (request.pidfdSocket !== undefined) sendPidfd(request.pidfdSocket, child.pidfd, "setns");
    if (request.pidFile !== undefined) writePidFile(request.pidFile, child.pid);
  } catch (error) {
    endChild(child);
    throw error;
  }
}

function chooseProcess(request: ExecInContainerRequest, container: Spec): Process {
  const base = container.process;
  if (base === undefined) throw new RuntimeError("state", "the container has no process to take after");
  if (request.processFile === undefined) {
    if (request.overrides.args.length === 0) throw new RuntimeError("usage", "exec args cannot be empty");
    const process = overrideProcess(base, request.overrides);
    assertValidProcess(process);
    return process;
  }
  const process = parseProcess(readProcessFile(request.processFile));
  assertValidProcess(process);
  return inheritProcess(process, base);
}

function readProcessFile(path: string): Uint8Array {
  try {
    return readFile(path);
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    throw new RuntimeError("usage", `cannot read the process file ${path}: ${reasonOf(error)}`, {
      at: "--process",
      errno: error.errno,
    });
  }
}

/** A namespace that is the caller's own too needs no joining; the kernel refuses to enter it again. */
function namespacesToJoin(record: StateRecord, container: Spec): LinuxNamespaceType[] {
  const types = container.linux?.namespaces?.map(({ type }) => type) ?? [];
  return namespaceKinds
    .filter(({ type, file }) => {
      if (!types.includes(type)) return false;
      return readlink(`/proc/${record.init_process_pid}/ns/${file}`) !== readlink(`/proc/self/ns/${file}`);
    })
    .map(({ type }) => type);
}

function openConsole(
  request: ExecInContainerRequest,
  plan: ExecPlan,
  terminal: ForegroundTerminal,
): number | undefined {
  if (!plan.terminal) return undefined;
  return request.detach ? connectConsole(request.consoleSocket) : terminal.openSocket();
}

function launch(
  request: ExecInContainerRequest,
  record: StateRecord,
  container: Spec,
  process: Process,
  plan: ExecPlan,
  console: number | undefined,
): InitProcess {
  const cgroup = openCgroup(record.cgroup);
  const slots: Partial<Record<SlotName, number>> = console === undefined ? {} : { console };
  try {
    openContainerNamespaces(record, plan, slots);
    slots.procfs = openProcfs();
    const cgroupFd = cgroup.openForClone(request.cgroup);
    if (cgroupFd !== undefined) slots.cgroup = cgroupFd;
    const oomKillsBefore = cgroup.oomKills();
    return launchInit({
      plan: plan.ops,
      slots,
      preserveFds: request.preserveFds,
      untilExecuted: true,
      onForked: ({ pid, inCgroup }) => {
        if (!inCgroup) cgroup.join(pid, request.cgroup);
        joinRdtGroup(record.intel_rdt, pid);
      },
      onSync: {
        forked: ({ pid }) => {
          const score = process.oomScoreAdj ?? container.process?.oomScoreAdj;
          if (score !== undefined) writeOomScoreAdj(pid, score);
        },
        beforePivot: () => undefined,
        ready: ({ pid }) => {
          setLimits(pid, plan.rlimits);
          setAffinity(pid, process.execCPUAffinity);
        },
      },
      onListener: (fd, { pid }) => {
        if (plan.seccompListener === undefined) return;
        const state = { ...hookStateOf(record), status: "running", pid: record.init_process_pid } as const;
        sendSeccompListener(plan.seccompListener, fd, pid, state);
      },
      onWarning: request.log.warning,
      explainDeath: (status) => explainDeath(status, cgroup.oomKills() !== oomKillsBefore),
    });
  } finally {
    for (const fd of Object.values(slots)) close(fd);
  }
}

/** The pid is checked again when all are open: it names the same process still, so they are its namespaces. */
function openContainerNamespaces(
  record: StateRecord,
  plan: ExecPlan,
  slots: Partial<Record<SlotName, number>>,
): void {
  for (const { slot, file } of plan.joins)
    slots[slot] = open(`/proc/${record.init_process_pid}/ns/${file}`, O_RDONLY);
  const pidfd = openInit(record);
  if (pidfd === undefined) throw new RuntimeError("state", execRefusal("stopped", false)!);
  close(pidfd);
}
