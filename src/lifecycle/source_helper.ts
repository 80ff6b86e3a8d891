import { encodePlan, type SlotNumbers } from "../plan/encode.ts";
import type { SlotName } from "../plan/ops.ts";
import type { Op } from "../plan/plan.ts";
import { spawn } from "../sys/clone_helper.ts";
import { O_RDONLY } from "../sys/constants.ts";
import { initProgramBytes } from "../sys/engine.ts";
import { close, open } from "../sys/files.ts";
import { memfdWith } from "../sys/memfd.ts";
import { waitForExit } from "../sys/processes.ts";
import { socketPair } from "../sys/sockets.ts";

/**
 * The process that opens for init what init itself may not: native/ops_sources.c. It is tsrunc-init with a plan
 * of its own; what goes wrong in it, init hears and reports.
 */
export class SourceHelper {
  /** Init's end, for the slot `sources`. */
  readonly socket: number;
  readonly #plan: readonly Op[];
  readonly #procfs: number;
  #ownEnd: number;
  #pidfd: number | undefined;

  /** @throws SysError */
  constructor(plan: readonly Op[], procfs: number) {
    [this.#ownEnd, this.socket] = socketPair();
    this.#plan = plan;
    this.#procfs = procfs;
  }

  /** Starts it while init waits in its mount namespace. It works at the same time as init. @throws SysError */
  start(pid: number): void {
    const slots: Partial<Record<SlotName, number>> = { sync: this.#ownEnd, procfs: this.#procfs };
    const opened: number[] = [];
    const openNamespace = (slot: SlotName, name: string) => {
      const fd = open(`/proc/${pid}/ns/${name}`, O_RDONLY);
      opened.push(fd);
      slots[slot] = fd;
    };
    try {
      if (this.#plan.some((op) => op.op === "joinNamespace")) openNamespace("ns_mount", "mnt");
      if (this.#plan.some((op) => op.op === "openSource" && op.userNamespace === "ns_user")) {
        openNamespace("ns_user", "user");
      }
      this.#pidfd = spawnHelper(this.#plan, slots);
    } finally {
      for (const fd of opened) close(fd);
      // From now on the end of the helper is the end of the stream, for init.
      close(this.#ownEnd);
      this.#ownEnd = -1;
    }
  }

  /** Init has received everything, so the helper has ended or is about to. @throws SysError */
  finish(): void {
    if (this.#pidfd === undefined) return;
    waitForExit(this.#pidfd);
    close(this.#pidfd);
    this.#pidfd = undefined;
  }
}

function spawnHelper(ops: readonly Op[], slots: SlotNumbers): number {
  const plan = memfdWith("tsrunc-plan", encodePlan(ops, slots));
  const program = memfdWith("tsrunc-init", initProgramBytes());
  try {
    const fds = [...Object.values(slots), plan].map((fd) => [fd, fd] as const);
    return spawn({ program, args: ["tsrunc-init", `${plan}`], env: [], fds }).pidfd;
  } finally {
    close(plan);
    close(program);
  }
}
