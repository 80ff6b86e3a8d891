import { parsePressure } from "../pressure.ts";
import { numberIn, unlessZero } from "../stats_text.ts";
import type { BlkioEntry, BlkioStats, ReadText } from "../stats_types.ts";

/**
 * Documentation/admin-guide/cgroup-v1/blkio-controller.rst. Which files count depends on the I/O scheduler: BFQ
 * has its own since Linux 5.0, CFQ had the plain ones, and every scheduler is seen by the throttling layer.
 */
export function readBlkioStats(read: ReadText): BlkioStats {
  const entries = (name: string, ...families: readonly string[]): readonly BlkioEntry[] | undefined => {
    for (const family of families) {
      const found = parseEntries(read(`blkio.${family}${name}_recursive`));
      if (found.length > 0) return found;
    }
    return undefined;
  };
  return {
    ioServiceBytesRecursive: entries("io_service_bytes", "bfq.", "", "throttle."),
    ioServicedRecursive: entries("io_serviced", "bfq.", "", "throttle."),
    ioQueueRecursive: entries("io_queued", "bfq.", ""),
    ioServiceTimeRecursive: entries("io_service_time", "bfq.", ""),
    ioWaitTimeRecursive: entries("io_wait_time", "bfq.", ""),
    ioMergedRecursive: entries("io_merged", "bfq.", ""),
    ioTimeRecursive: entries("time", "bfq.", ""),
    sectorsRecursive: entries("sectors", "bfq.", ""),
    psi: parsePressure(read("io.pressure")),
  };
}

/** `8:0 Read 4096`, or `8:0 4096`; the total over all devices has no device and does not count. */
function parseEntries(text = ""): readonly BlkioEntry[] {
  return text.split("\n").flatMap((line) => {
    const [, major, minor, op, value] = /^(\d+):(\d+)(?: (\w+))? (\d+)$/.exec(line) ?? [];
    if (major === undefined) return [];
    return [
      {
        major: Number(major) || undefined,
        minor: Number(minor) || undefined,
        op,
        value: unlessZero(numberIn(value)),
      },
    ];
  });
}
