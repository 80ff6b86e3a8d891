import { problem, type Report } from "../finding.ts";
import type { LinuxSchedulerPolicy, Process } from "../types.ts";

/** Which of the settings each policy knows. */
const POLICIES: Readonly<Record<LinuxSchedulerPolicy, "nice" | "priority" | "deadline" | "nothing">> = {
  SCHED_OTHER: "nice",
  SCHED_BATCH: "nice",
  SCHED_IDLE: "nothing",
  SCHED_ISO: "nothing",
  SCHED_FIFO: "priority",
  SCHED_RR: "priority",
  SCHED_DEADLINE: "deadline",
};

export function checkScheduler(report: Report, process: Process, at: string): void {
  const scheduler = process.scheduler;
  if (scheduler === undefined) return;
  const { policy, nice = 0, priority = 0 } = scheduler;
  const kind = POLICIES[policy];
  const place = `${at}/scheduler`;
  if (nice < -20 || nice > 19) report(problem(`${place}/nice`, `nice must be from -20 to 19, not ${nice}`));
  if (priority !== 0 && kind !== "priority") {
    report(problem(`${place}/priority`, `${policy} has no priority: only SCHED_FIFO and SCHED_RR do`));
  }
  if (kind === "priority" && (priority < 1 || priority > 99)) {
    report(problem(`${place}/priority`, `the priority of ${policy} must be from 1 to 99, not ${priority}`));
  }
  for (const name of ["runtime", "deadline", "period"] as const) {
    if (Number(scheduler[name] ?? 0) === 0 || kind === "deadline") continue;
    report(problem(`${place}/${name}`, `${policy} has no ${name}: only SCHED_DEADLINE does`));
  }
}

export function checkIoPriority(report: Report, process: Process, at: string): void {
  const priority = process.ioPriority?.priority ?? 0;
  if (priority >= 0 && priority <= 7) return;
  report(problem(`${at}/ioPriority/priority`, `the I/O priority must be from 0 to 7, not ${priority}`));
}
