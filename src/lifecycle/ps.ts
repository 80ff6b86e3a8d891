import { openCgroup } from "../cgroups/choose_driver.ts";
import { RuntimeError } from "../errors.ts";
import { spawn } from "../sys/clone_helper.ts";
import { close, exists, readToEnd } from "../sys/files.ts";
import { decodeUtf8 } from "../sys/libc.ts";
import { pipe } from "../sys/pipes.ts";
import { waitForExit } from "../sys/processes.ts";
import { readOwnEnvironment } from "../sys/procfs.ts";
import { checkContainerId } from "./container_id.ts";
import { liveStatus } from "./live_status.ts";
import { readStateRecord } from "./state_store.ts";
import { killRefusal } from "./status.ts";

/** Every process of the container, those of cgroups below its own included. @throws RuntimeError */
export function listProcesses({ id, root }: { readonly id: string; readonly root: string }): number[] {
  checkContainerId(id);
  const record = readStateRecord(root, id);
  const refusal = killRefusal(liveStatus(root, record));
  if (refusal !== undefined) throw new RuntimeError("state", refusal);
  const pids = openCgroup(record.cgroup).pids();
  return pids.length > 0 ? pids : [record.init_process_pid];
}

/** Engines call the runtime with next to no environment, so ps(1) is looked for where it is. */
const psPrograms = ["/usr/bin/ps", "/bin/ps"];

/**
 * What ps(1) prints with `options`, cut down to its header and the rows of `pids`.
 *
 * @throws RuntimeError when there is no ps, it fails, or its output has no PID column
 */
export function formatProcessTable(pids: readonly number[], options: readonly string[]): string {
  const program = psPrograms.find(exists);
  if (program === undefined) {
    throw new RuntimeError("host", "cannot find ps", { hint: "install procps, or use --format json" });
  }
  return filterProcessTable(outputOf(program, options), pids);
}

/** The header and the rows whose PID column is one of `pids`. @throws RuntimeError without such a column */
export function filterProcessTable(table: string, pids: readonly number[]): string {
  const [header = "", ...rows] = table.trimEnd().split("\n");
  const column = header.trim().split(/\s+/).indexOf("PID");
  if (column === -1)
    throw new RuntimeError("usage", "couldn't find PID field in ps output", { at: "ps options" });
  const wanted = new Set(pids.map(String));
  const kept = rows.filter((row) => wanted.has(row.trim().split(/\s+/)[column] ?? ""));
  return `${[header, ...kept].join("\n")}\n`;
}

function outputOf(program: string, options: readonly string[]): string {
  const [readEnd, writeEnd] = pipe();
  try {
    const child = spawn({
      program,
      args: ["ps", ...options],
      env: readOwnEnvironment(),
      fds: [
        [writeEnd, 1],
        [writeEnd, 2],
      ],
    });
    close(writeEnd);
    const output = decodeUtf8(readToEnd(readEnd));
    const status = waitForExit(child.pidfd);
    close(child.pidfd);
    if ("code" in status && status.code === 0) return output;
    throw new RuntimeError("usage", `ps failed: ${output.trim()}`, { at: "ps options" });
  } finally {
    close(readEnd);
  }
}
