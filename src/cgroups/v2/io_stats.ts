import { parsePressure } from "../pressure.ts";
import { numberIn, unlessZero } from "../stats_text.ts";
import type { BlkioEntry, BlkioStats, ReadText } from "../stats_types.ts";

/** io.stat: `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0` in each line. */
export function readIoStats(read: ReadText): BlkioStats {
  const bytes: BlkioEntry[] = [];
  const operations: BlkioEntry[] = [];
  for (const line of (read("io.stat") ?? "").split("\n")) {
    const [, major, minor, rest = ""] = /^(\d+):(\d+) (.*)$/.exec(line) ?? [];
    for (const [, key = "", value] of rest.matchAll(/(\w+)=(\d+)/g)) {
      const list = key.endsWith("bytes") ? bytes : operations;
      const op = { r: "Read", w: "Write" }[key[0]!];
      if (op === undefined || !/^.(bytes|ios)$/.test(key)) continue;
      const device = { major: Number(major) || undefined, minor: Number(minor) || undefined };
      list.push({ ...device, op, value: unlessZero(numberIn(value)) });
    }
  }
  return {
    ioServiceBytesRecursive: bytes.length === 0 ? undefined : bytes,
    ioServicedRecursive: operations.length === 0 ? undefined : operations,
    psi: parsePressure(read("io.pressure")),
  };
}
