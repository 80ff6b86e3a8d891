/**
 * Drives tsrunc-init: starts it with the plan, answers its sync points, and returns when the container is
 * created.
 *
 *   tsrunc                         stage                          init
 *     │ spawn (plan, slots) ───────▶ joins, unshares
 *     │                              clone3 (CLONE_PARENT) ──────▶ │
 *     │ ◀────────── forked (pid) ─── exits                         │
 *     │ ◀──────────────────────────────────────── sync forked ─────│
 *     │ id maps, oom score, cgroup                                 │
 *     │ ───────────────────────────────────────── proceed ────────▶│ mounts, devices
 *     │ ◀──────────────────────────────────────── sync beforePivot │
 *     │ resources, prestart and createRuntime hooks                │
 *     │ ───────────────────────────────────────── proceed ────────▶│ pivot, console, masks
 *     │ ◀──────────────────────────────────────── sync ready ──────│
 *     │ rlimits, the durable state                                 │
 *     │ ───────────────────────────────────────── proceed ────────▶│ user, capabilities, program
 *     │ ◀──────────────────────────────────────── created ─────────│ waits on the start socket
 */
import { RuntimeError } from "../errors.ts";
import { encodePlan, type SlotNumbers } from "../plan/encode.ts";
import { messageKinds, replyProceed, type SyncPointName, syncPoints } from "../plan/ops.ts";
import type { Op } from "../plan/plan.ts";
import { decodeMessage, describeFailure, describeWarning } from "../plan/report.ts";
import { receiveMessage, spawn } from "../sys/clone_helper.ts";
import { SIGKILL } from "../sys/constants.ts";
import { initProgramBytes } from "../sys/engine.ts";
import { close } from "../sys/files.ts";
import { memfdWith } from "../sys/memfd.ts";
import { type ExitStatus, pidfdOpen, pidfdSendSignal, waitForExit } from "../sys/processes.ts";
import { send, socketPair } from "../sys/sockets.ts";

export interface InitProcess {
  readonly pid: number;
  readonly pidfd: number;
}

/** A forked init, and whether it is in the cgroup of the plan's slot already. */
export interface ForkedInit extends InitProcess {
  readonly inCgroup: boolean;
}

export interface LaunchRequest {
  readonly plan: readonly Op[];
  /** Open descriptors of the plan's slots, without `sync`. */
  readonly slots: SlotNumbers;
  /** How many descriptors from 3 up init passes on. */
  readonly preserveFds: number;
  /** Called once, when init exists and waits: the caller owns its end from here on. */
  readonly onForked: (init: ForkedInit) => void;
  /** What tsrunc does at each point before init goes on; nothing where there is no entry. */
  readonly onSync: Readonly<Partial<Record<SyncPointName, (init: InitProcess) => void>>>;
  /** The seccomp listener of a filter with NOTIFY; it is closed afterwards. */
  readonly onListener: (fd: number, init: InitProcess) => void;
  readonly onWarning: (message: string) => void;
  /** Nobody will `start` init: return only when the program runs, and fail when it cannot be executed. */
  readonly untilExecuted?: boolean;
  /** Why init ended without a word: the caller may know of an OOM kill. */
  readonly explainDeath: (status: ExitStatus | undefined) => RuntimeError;
}

const syncPointNames = Object.fromEntries(
  Object.entries(syncPoints).map(([name, number]) => [number, name]),
) as Readonly<Record<number, SyncPointName>>;

/** @throws RuntimeError what init or a sync point failed at; init is then dead and reaped, if it ever was */
export function launchInit(request: LaunchRequest): InitProcess {
  const [ours, theirs] = socketPair();
  const descriptors = [theirs];
  let stage: InitProcess | undefined;
  let init: InitProcess | undefined;
  try {
    const slots: SlotNumbers = { ...request.slots, sync: theirs };
    const plan = memfdWith("tsrunc-plan", encodePlan(request.plan, slots));
    descriptors.push(plan);
    const program = memfdWith("tsrunc-init", initProgramBytes());
    descriptors.push(program);
    const passed = [...Object.values(slots), plan].map((fd) => [fd, fd] as const);
    const preserved = Array.from(
      { length: request.preserveFds },
      (_, index) => [3 + index, 3 + index] as const,
    );
    stage = spawn({
      program,
      args: ["tsrunc-init", `${plan}`],
      env: [],
      fds: [...passed, ...preserved],
    });
  } catch (error) {
    close(ours);
    throw error;
  } finally {
    for (const fd of descriptors) close(fd);
  }

  try {
    const buffer = new Uint8Array(4096);
    let early: number | undefined;
    let created = false;
    for (;;) {
      const { length, fd } = receiveMessage(ours, buffer);
      if (length === 0) {
        // The socket is close-on-exec: its end means that the program has taken over.
        if (created && init !== undefined) return init;
        throw request.explainDeath(endChild(init ?? stage));
      }
      const message = decodeMessage(buffer.subarray(0, length));
      switch (message.kind) {
        case messageKinds.forked:
          waitForExit(stage.pidfd);
          close(stage.pidfd);
          init = { pid: message.value, pidfd: pidfdOpen(message.value) };
          request.onForked({ ...init, inCgroup: request.slots.cgroup !== undefined && message.errno === 0 });
          if (early !== undefined) answerSync(ours, early, init, request);
          break;
        case messageKinds.sync:
          // The stage and init run side by side: init may be the first to be heard.
          if (init === undefined) early = message.value;
          else answerSync(ours, message.value, init, request);
          break;
        case messageKinds.warning:
          request.onWarning(describeWarning(request.plan, message));
          break;
        case messageKinds.failure:
          throw describeFailure(request.plan, message);
        case messageKinds.listener:
          if (init === undefined) throw new RuntimeError("internal", "a listener without init");
          try {
            request.onListener(fd, init);
          } finally {
            close(fd);
          }
          break;
        case messageKinds.created:
          if (init === undefined) throw new RuntimeError("internal", "created without init");
          if (request.untilExecuted !== true) return init;
          created = true;
          break;
        default:
          throw new RuntimeError("internal", `init sent a message of unknown kind ${message.kind}`);
      }
    }
  } catch (error) {
    endChild(init ?? stage);
    throw error;
  } finally {
    close(ours);
  }
}

function answerSync(socket: number, point: number, init: InitProcess, request: LaunchRequest): void {
  const name = syncPointNames[point];
  if (name === undefined) throw new RuntimeError("internal", `init stopped at an unknown point ${point}`);
  request.onSync[name]?.(init);
  send(socket, new Uint8Array(new Uint32Array([replyProceed]).buffer));
}

/** Ends a child of ours and reaps it; undefined when that has happened before. */
export function endChild(child: InitProcess): ExitStatus | undefined {
  try {
    pidfdSendSignal(child.pidfd, SIGKILL);
  } catch {
    // It has ended by itself; what remains is to reap it.
  }
  try {
    return waitForExit(child.pidfd);
  } catch {
    return undefined;
  }
}
