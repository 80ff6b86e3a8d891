import { formatBytes } from "../cgroups/file.ts";
import type { Pressure } from "../cgroups/stats_types.ts";
import type { ContainerEvent } from "../lifecycle/events.ts";
import type { ExactInteger } from "../spec/types.ts";
import { formatTable } from "./table.ts";

const header = ["ID", "PIDS", "CPU TIME", "MEMORY", "LIMIT", "PEAK", "PRESSURE cpu/memory/io"];

/** `events --stats --format table`: what people look for first. A dash is what the kernel does not count. */
export function formatStatsTable(events: readonly ContainerEvent[]): string {
  const rows = events.flatMap((event) => {
    if (event.type !== "stats") return [];
    const { cpu, memory, pids, blkio } = event.data;
    return [
      [
        event.id,
        `${pids.current ?? 0}${pids.limit === undefined ? "" : `/${pids.limit}`}`,
        `${(Number(cpu.usage.total ?? 0) / 1e9).toFixed(2)}s`,
        formatSize(memory.usage.usage),
        formatLimit(memory.usage.limit),
        formatSize(memory.usage.max),
        [cpu.psi, memory.psi, blkio.psi].map(formatPressure).join(" "),
      ],
    ];
  });
  return formatTable([header, ...rows]);
}

function formatSize(bytes: ExactInteger | undefined): string {
  return bytes === undefined ? "-" : formatBytes(Number(bytes));
}

/** Without a limit v1 says 2^63 less a page, and v2 "max": both more than any machine has. */
function formatLimit(bytes: ExactInteger): string {
  return BigInt(bytes) === 0n || BigInt(bytes) >= 2n ** 62n ? "-" : formatBytes(Number(bytes));
}

/** The share of the last ten seconds in which somebody had to wait. */
function formatPressure(pressure: Pressure | undefined): string {
  return pressure === undefined ? "-" : `${pressure.some.avg10}%`;
}
