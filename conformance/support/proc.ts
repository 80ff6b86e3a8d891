/** What the host sees of a process. */
import { readFileSync, readlinkSync } from "node:fs";

export function procFile(pid: number | "self", name: string): string {
  return readFileSync(`/proc/${pid}/${name}`, "utf8");
}

/** One line of /proc/PID/status, by its name. */
export function procStatus(pid: number | "self", field: string): string | undefined {
  return new RegExp(`^${field}:\\s*(.*)$`, "m").exec(procFile(pid, "status"))?.[1];
}

/** The identity of a namespace: "net:[4026531840]". */
export function namespaceOf(pid: number | "self", name: string): string {
  return readlinkSync(`/proc/${pid}/ns/${name}`);
}

/** Is the process there, and more than a zombie? */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(procFile(pid, "stat"));
  } catch {
    return false;
  }
}
