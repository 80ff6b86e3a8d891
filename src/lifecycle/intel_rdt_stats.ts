import { errno } from "../errno.ts";
import { readDirectory, readTextFile } from "../sys/files.ts";
import { isErrno } from "../sys/sys_error.ts";
import { findResctrl, type RdtRecord, rdtGroupOf } from "./intel_rdt.ts";

/** The part of the statistics that comes from resctrl, in runc's words; empty without linux.intelRdt. */
export interface RdtStats {
  readonly l3_cache_info?: Readonly<Record<string, string | number>> | undefined;
  readonly l3_cache_schema_root?: string | undefined;
  readonly l3_cache_schema?: string | undefined;
  readonly mem_bw_info?: Readonly<Record<string, string | number>> | undefined;
  readonly mem_bw_schema_root?: string | undefined;
  readonly mem_bw_schema?: string | undefined;
  readonly schemata?: readonly string[] | undefined;
  readonly mbm_stats?: readonly Readonly<Record<string, number>>[] | undefined;
  readonly cmt_stats?: readonly Readonly<Record<string, number>>[] | undefined;
}

/** What the readers need of a file system: tests have a tree that is none. */
export interface RdtReader {
  /** Undefined when there is no such file. */
  readonly read: (path: string) => string | undefined;
  readonly names: (directory: string) => readonly string[];
}

const kernelReader: RdtReader = {
  read: (path) => unlessMissing(() => readTextFile(path).trimEnd()),
  names: (path) => unlessMissing(() => readDirectory(path).map(({ name }) => name)) ?? [],
};

/** Documentation/filesystems/resctrl.rst. */
export function readRdtStats(
  record: RdtRecord | undefined,
  root: () => string | undefined = findResctrl,
  reader: RdtReader = kernelReader,
): RdtStats {
  const group = rdtGroupOf(record);
  const mountPoint = group === undefined ? undefined : root();
  if (group === undefined || mountPoint === undefined) return {};
  const ofRoot = schemata(reader.read(`${mountPoint}/schemata`));
  const ofGroup = schemata(reader.read(`${group}/schemata`));
  const monitored = record?.tasks.at(-1)?.replace(/\/tasks$/, "") ?? group;
  return {
    l3_cache_info: readInfo(reader, `${mountPoint}/info/L3`, ["cbm_mask", "min_cbm_bits", "num_closids"]),
    l3_cache_schema_root: lineOf(ofRoot, "L3"),
    l3_cache_schema: lineOf(ofGroup, "L3"),
    mem_bw_info: readInfo(reader, `${mountPoint}/info/MB`, [
      "bandwidth_gran",
      "delay_linear",
      "min_bandwidth",
      "num_closids",
    ]),
    mem_bw_schema_root: lineOf(ofRoot, "MB"),
    mem_bw_schema: lineOf(ofGroup, "MB"),
    schemata: ofGroup.length === 0 ? undefined : ofGroup,
    mbm_stats: readMonitors(reader, monitored, ["mbm_total_bytes", "mbm_local_bytes"]),
    cmt_stats: readMonitors(reader, monitored, ["llc_occupancy"]),
  };
}

function schemata(text = ""): readonly string[] {
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}

function lineOf(lines: readonly string[], resource: string): string | undefined {
  return lines.find((line) => line.startsWith(`${resource}:`));
}

/** The mask is a text of hexadecimal digits; the rest are numbers. */
function readInfo(
  { read }: RdtReader,
  directory: string,
  files: readonly string[],
): Readonly<Record<string, string | number>> | undefined {
  const entries = files.flatMap((file) => {
    const text = read(`${directory}/${file}`);
    return text === undefined ? [] : [[file, file === "cbm_mask" ? text : Number(text)] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** One entry for each cache that the kernel watches, in the order of their numbers. */
function readMonitors(
  { read, names }: RdtReader,
  group: string,
  files: readonly string[],
): readonly Readonly<Record<string, number>>[] | undefined {
  const caches = names(`${group}/mon_data`).filter((name) => name.startsWith("mon_L3_"));
  const found = [...caches].sort().flatMap((cache) => {
    const entries = files.flatMap((file) => {
      const text = read(`${group}/mon_data/${cache}/${file}`);
      return text === undefined || !/^\d+$/.test(text) ? [] : [[file, Number(text)] as const];
    });
    return entries.length === 0 ? [] : [Object.fromEntries(entries)];
  });
  return found.length === 0 ? undefined : found;
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isErrno(error, errno.ENOENT)) return undefined;
    throw error;
  }
}
