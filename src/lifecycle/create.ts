import { createCgroup } from "../cgroups/choose_driver.ts";
import { planDeviceRules } from "../cgroups/devices/device_rules.ts";
import type { CgroupRecord } from "../cgroups/driver.ts";
import { type CompileRequest, compile } from "../compile.ts";
import { RuntimeError } from "../errors.ts";
import type { SlotName } from "../plan/ops.ts";
import type { HookState } from "../process/plan_hooks.ts";
import type { Finding } from "../spec/finding.ts";
import { specVersion } from "../spec/version.ts";
import { SIGKILL } from "../sys/constants.ts";
import { chdir, close, writeNewFile } from "../sys/files.ts";
import { libc } from "../sys/libc.ts";
import { openProcfs, readBootId, readProcessStatus } from "../sys/procfs.ts";
import { listenUnix } from "../sys/sockets.ts";
import { fillStandardDescriptors } from "../sys/standard_descriptors.ts";
import { giveCgroupToUser } from "./cgroup_ownership.ts";
import { checkTerminal, connectConsole } from "./console_socket.ts";
import { checkContainerId } from "./container_id.ts";
import { explainDeath } from "./explain_death.ts";
import { runHooks, runHooksToTheEnd } from "./hooks.ts";
import { isRootless, readHost } from "./host_facts.ts";
import { createRdtGroup, joinRdtGroup } from "./intel_rdt.ts";
import { endChild, type InitProcess, launchInit } from "./launch.ts";
import { type Bundle, loadBundle } from "./load_bundle.ts";
import { moveNetDevices } from "./net_devices.ts";
import { openNamespaces } from "./open_namespaces.ts";
import { ownStdio } from "./own_stdio.ts";
import { writePidFile } from "./pid_file.ts";
import { sendPidfd } from "./pidfd_socket.ts";
import { countPreservedFds, listenFdsCount } from "./preserved_fds.ts";
import { makeSeccompFilter } from "./seccomp_filter.ts";
import { sendSeccompListener } from "./seccomp_listener.ts";
import { setIdMaps } from "./set_id_maps.ts";
import { setLimits } from "./set_limits.ts";
import { setOomScoreAdj } from "./set_oom_score_adj.ts";
import { setTimeOffsets } from "./set_time_offsets.ts";
import { SourceHelper } from "./source_helper.ts";
import { type StateRecord, stateRecordVersion } from "./state_record.ts";
import {
  claimStateDirectory,
  removeStateDirectory,
  savedConfigPath,
  startSocketPath,
  writeState,
} from "./state_store.ts";
import { UndoStack } from "./undo.ts";

export interface CreateRequest {
  readonly id: string;
  /** Absolute path. */
  readonly bundle: string;
  /** The state root, an absolute path. */
  readonly root: string;
  readonly pidFile?: string | undefined;
  readonly consoleSocket?: string | undefined;
  readonly pidfdSocket?: string | undefined;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  readonly preserveFds: number;
  /** The caller's environment: LISTEN_FDS, NOTIFY_SOCKET. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly systemdCgroup: boolean;
  readonly rootless: boolean | "auto";
  readonly log: { readonly warning: (message: string) => void };
}

/** A container that waits for `start`, and what its maker still holds of it. */
export interface CreatedContainer {
  readonly record: StateRecord;
  readonly init: InitProcess;
}

/**
 * `tsrunc create`: from the bundle to an init process that waits for `start`. On success the pid file is
 * written and nothing of this process is needed any more.
 *
 * @throws RuntimeError; then no state, cgroup, mount or process is left
 */
export function createContainer(request: CreateRequest): void {
  create(request, () => connectConsole(request.consoleSocket), true);
}

/**
 * The work behind `create` and `run`.
 *
 * @param openConsole makes the socket that receives the pty master, once it is known whether the config wants
 *   a terminal; the socket is closed here
 * @param detached whether this process leaves before the container ends
 */
export function create(
  request: CreateRequest,
  openConsole: (terminal: boolean) => number | undefined,
  detached: boolean,
): CreatedContainer {
  const undo = new UndoStack();
  let console: number | undefined;
  let bundle: Bundle | undefined;
  try {
    checkContainerId(request.id);
    fillStandardDescriptors();
    bundle = loadBundle(request.bundle, {
      rootless: isRootless(),
      useSystemd: request.systemdCgroup,
      command: "create",
    });
    for (const warning of bundle.warnings) request.log.warning(formatFinding(warning));
    const terminal = bundle.spec.process?.terminal === true;
    checkTerminal(terminal, request.consoleSocket !== undefined, detached);
    console = openConsole(terminal);
    // Hooks run in the bundle's directory; nothing else depends on it.
    chdir(bundle.path);
    const created = createFromBundle(request, bundle, console, undo);
    undo.forget();
    return created;
  } catch (error) {
    const failures = undo.undo();
    for (const failure of failures) request.log.warning(`while undoing: ${messageOf(failure)}`);
    // A hook that fails ends the container's life early, but not without its last hooks (lifecycle, step 13).
    if (error instanceof RuntimeError && error.code === "hook") runPoststopHooks(request, bundle);
    throw error;
  } finally {
    if (console !== undefined) close(console);
  }
}

function runPoststopHooks(request: CreateRequest, bundle: Bundle | undefined): void {
  const hooks = bundle?.spec.hooks?.poststop ?? [];
  if (bundle === undefined || hooks.length === 0) return;
  const container = { status: "stopped", pid: 0 } as const;
  runHooksToTheEnd("poststop", hooks, hookStateFor(request, bundle), container, request.log.warning);
}

function hookStateFor(request: CreateRequest, bundle: Bundle): HookState {
  return {
    ociVersion: specVersion,
    id: request.id,
    bundle: bundle.path,
    annotations: bundle.spec.annotations,
  };
}

function createFromBundle(
  request: CreateRequest,
  bundle: Bundle,
  console: number | undefined,
  undo: UndoStack,
): CreatedContainer {
  const { spec } = bundle;
  const host = readHost(spec, request);
  const deviceRules = planDeviceRules(spec.linux);
  const listenFds = listenFdsCount(request.env);
  const preserveFds = countPreservedFds(request.preserveFds, listenFds);
  const compileRequest: CompileRequest = {
    id: request.id,
    bundle: bundle.path,
    rootfs: bundle.rootfs,
    noPivot: request.noPivot,
    noNewKeyring: request.noNewKeyring,
    preserveFds,
    listenFds,
  };
  const seccomp = makeSeccompFilter(spec.linux?.seccomp, request.root);
  const plan = compile(spec, compileRequest, { ...host.facts, seccomp });
  for (const warning of [...host.warnings, ...plan.warnings]) request.log.warning(formatFinding(warning));
  const hookState = hookStateFor(request, bundle);

  claimStateDirectory(request.root, request.id);
  undo.push(() => removeStateDirectory(request.root, request.id));
  writeNewFile(savedConfigPath(request.root, request.id), bundle.configBytes, 0o600, false);
  let record = initialRecord(request, bundle);

  const slots: Partial<Record<SlotName, number>> = {};
  undo.push(() => closeAll(slots));
  slots.procfs = openProcfs();
  slots.start = listenUnix(startSocketPath(request.root, request.id), 0o600);
  openNamespaces(plan.joins, slots);
  const helper = plan.sources.length === 0 ? undefined : new SourceHelper(plan.sources, slots.procfs);
  if (helper !== undefined) slots.sources = helper.socket;

  // The intent is on record before anything of it exists, so that `delete --force` finds what a crash leaves.
  const cgroup = createCgroup(host.cgroup, (intent) => {
    record = { ...record, cgroup: intent, cgroup_paths: intent.paths };
    writeState(request.root, record, false);
  });
  undo.push(() => cgroup.destroy());
  record = { ...record, cgroup: cgroup.record };
  const cgroupFd = cgroup.openForClone();
  if (cgroupFd !== undefined) slots.cgroup = cgroupFd;

  createRdtGroup(spec.linux?.intelRdt, request.id, undo, (intent) => {
    record = { ...record, intel_rdt: intent };
    writeState(request.root, record, false);
  });

  const oomKillsBefore = cgroup.oomKills();
  const init = launchInit({
    plan: plan.ops,
    slots: plan.terminal && console !== undefined ? { ...slots, console } : slots,
    preserveFds,
    onForked: ({ pid, inCgroup }) => {
      if (!inCgroup) cgroup.join(pid);
      record = {
        ...record,
        init_process_pid: pid,
        init_process_start: readProcessStatus(pid)?.startTime ?? 0,
      };
      writeState(request.root, record, false);
    },
    onSync: {
      forked: ({ pid }) => {
        if (plan.idMaps !== undefined) setIdMaps(pid, plan.idMaps, request.env.PATH ?? "");
        if (plan.timeOffsets !== "") setTimeOffsets(pid, plan.timeOffsets);
        giveCgroupToUser(spec, cgroup.record, pid);
        joinRdtGroup(record.intel_rdt, pid);
        if (plan.oomScoreAdj !== undefined) setOomScoreAdj(pid, plan.oomScoreAdj);
      },
      sources: ({ pid }) => helper?.start(pid),
      beforePivot: ({ pid }) => {
        helper?.finish();
        cgroup.set(spec.linux?.resources ?? {});
        cgroup.setDevices(deviceRules);
        moveNetDevices(plan.netDevices, pid, undo);
        const container = { status: "created", pid } as const;
        runHooks("prestart", spec.hooks?.prestart ?? [], hookState, container);
        runHooks("createRuntime", spec.hooks?.createRuntime ?? [], hookState, container);
      },
      ready: ({ pid }) => {
        if (plan.idMaps !== undefined) ownStdio(spec);
        setLimits(pid, plan.rlimits);
        record = { ...record, phase: "created" };
        writeState(request.root, record, true);
      },
    },
    onListener: (fd, { pid }) => {
      if (plan.seccompListener === undefined) return;
      sendSeccompListener(plan.seccompListener, fd, pid, { ...hookState, status: "creating", pid });
    },
    onWarning: request.log.warning,
    explainDeath: (status) => explainDeath(status, cgroup.oomKills() !== oomKillsBefore),
  });
  // Without a cgroup there is only init to end, and with one it is more than init.
  undo.push(() => endChild(init));
  undo.push(() => cgroup.killAll(SIGKILL));
  // Init has its own copies. Ours would keep its start socket alive when init is not.
  closeAll(slots);

  if (request.pidfdSocket !== undefined) sendPidfd(request.pidfdSocket, init.pidfd, "standard");
  if (request.pidFile !== undefined) writePidFile(request.pidFile, init.pid);
  return { record, init };
}

/** Before anything is known of the cgroup. */
const noCgroup: CgroupRecord = { driver: "disabled", paths: {}, created: [], inodes: {}, rootless: false };

function initialRecord(request: CreateRequest, bundle: Bundle): StateRecord {
  const { spec } = bundle;
  return {
    tsrunc_state: stateRecordVersion,
    id: request.id,
    phase: "creating",
    creator: { pid: process.pid, startTime: readProcessStatus(process.pid)?.startTime ?? 0 },
    init_process_pid: 0,
    init_process_start: 0,
    boot_id: readBootId(),
    created: rfc3339Now(),
    bundle: bundle.path,
    rootfs: bundle.rootfs,
    owner: Number(libc.geteuid()),
    annotations: spec.annotations,
    cgroup: noCgroup,
    cgroup_paths: {},
    namespace_paths: {},
    own_pid_namespace: spec.linux?.namespaces?.some(({ type, path }) => type === "pid" && !path) === true,
    hooks: { poststart: spec.hooks?.poststart ?? [], poststop: spec.hooks?.poststop ?? [] },
  };
}

/** RFC 3339 with nine digits, as Go writes it; the clock has three. */
function rfc3339Now(): string {
  return new Date().toISOString().replace("Z", "000000Z");
}

/** Once: a number that is closed twice may be somebody else's by then. */
function closeAll(slots: Partial<Record<SlotName, number>>): void {
  for (const [name, fd] of Object.entries(slots)) {
    close(fd);
    delete slots[name as SlotName];
  }
}

function formatFinding(finding: Finding): string {
  return `${finding.message} (config.json#${finding.at})`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
