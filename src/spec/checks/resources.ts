import { problem, type Report, warning } from "../finding.ts";
import { childPointer } from "../json_pointer.ts";
import type { ExactInteger, LinuxResources } from "../types.ts";

/** A rule about a resources object: config.json's at "/linux/resources", or the whole file of `update`. */
export type ResourcesCheck = (report: Report, resources: LinuxResources, at: string) => void;

const MEMORY_LIMITS = ["limit", "reservation", "swap", "kernel", "kernelTCP"] as const;

export function checkMemory(report: Report, { memory }: LinuxResources, at: string): void {
  if (memory === undefined) return;
  for (const name of MEMORY_LIMITS) {
    if ((memory[name] ?? 0) >= -1) continue;
    report(
      problem(
        `${at}/memory/${name}`,
        `memory ${name} must be in bytes, or -1 for unlimited, not ${memory[name]}`,
      ),
    );
  }
  if ((memory.swappiness ?? 0) > 100) {
    report(problem(`${at}/memory/swappiness`, `swappiness must be from 0 to 100, not ${memory.swappiness}`));
  }
  checkSwap(report, memory.limit ?? 0, memory.swap ?? 0, `${at}/memory/swap`);
  for (const name of ["kernel", "kernelTCP"] as const) {
    if (memory[name] === undefined) continue;
    report(warning(`${at}/memory/${name}`, `memory ${name} is not recommended any more, and is ignored`));
  }
}

/** `swap` is memory and swap together; 0 is unset and -1 unlimited. */
function checkSwap(report: Report, limit: ExactInteger, swap: ExactInteger, at: string): void {
  if (swap <= 0) return;
  if (Number(limit) === 0) report(problem(at, "unable to set swap limit without memory limit"));
  else if (limit > 0 && swap < limit) report(problem(at, "memory+swap limit should be >= memory limit"));
}

export function checkCpu(report: Report, { cpu }: LinuxResources, at: string): void {
  if (cpu === undefined) return;
  const { quota = 0, burst = 0, idle = 0 } = cpu;
  if (quota > 0 && burst > quota) {
    report(problem(`${at}/cpu/burst`, `cpu burst ${burst} must not be larger than the quota ${quota}`));
  }
  if (idle < 0 || idle > 1) report(problem(`${at}/cpu/idle`, `cpu idle must be 0 or 1, not ${idle}`));
}

export function checkPids(report: Report, { pids }: LinuxResources, at: string): void {
  if ((pids?.limit ?? 0) >= -1) return;
  report(
    problem(`${at}/pids/limit`, `the pids limit must be a number, or -1 for no limit, not ${pids?.limit}`),
  );
}

const WEIGHTS = { least: 10, most: 1000 } as const;

export function checkBlockIo(report: Report, { blockIO }: LinuxResources, at: string): void {
  if (blockIO === undefined) return;
  checkWeights(report, blockIO, `${at}/blockIO`);
  for (const [index, device] of (blockIO.weightDevice ?? []).entries()) {
    const place = `${at}/blockIO/weightDevice/${index}`;
    checkWeights(report, device, place);
    if (device.weight === undefined && device.leafWeight === undefined) {
      report(problem(place, "a weightDevice needs weight or leafWeight"));
    }
  }
}

/** 0 is how Go programs say "unset". */
function checkWeights(
  report: Report,
  weights: { readonly weight?: number | undefined; readonly leafWeight?: number | undefined },
  at: string,
): void {
  for (const name of ["weight", "leafWeight"] as const) {
    const weight = weights[name] ?? 0;
    if (weight === 0 || (weight >= WEIGHTS.least && weight <= WEIGHTS.most)) continue;
    report(
      problem(`${at}/${name}`, `${name} must be from ${WEIGHTS.least} to ${WEIGHTS.most}, not ${weight}`),
    );
  }
}

export function checkRdma(report: Report, { rdma }: LinuxResources, at: string): void {
  for (const [device, { hcaHandles, hcaObjects }] of Object.entries(rdma ?? {})) {
    if (hcaHandles !== undefined || hcaObjects !== undefined) continue;
    report(problem(childPointer(`${at}/rdma`, device), "an rdma device needs hcaHandles or hcaObjects"));
  }
}

/** Keys are file names in the cgroup directory, so they must not lead out of it. */
export function checkUnified(report: Report, { unified }: LinuxResources, at: string): void {
  for (const key of Object.keys(unified ?? {})) {
    const place = childPointer(`${at}/unified`, key);
    if (key.includes("/")) {
      report(problem(place, `unified resource ${JSON.stringify(key)} must be a file name (no slashes)`));
    } else if (!/^[^.]+\../.test(key)) {
      report(
        problem(place, `unified resource ${JSON.stringify(key)} must be in the form CONTROLLER.PARAMETER`),
      );
    }
  }
}
