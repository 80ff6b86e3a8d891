/** What the kernel counts for a container: the readers of v1 and v2, each put where its controller is. */
import { errno } from "../errno.ts";
import { readDirectory } from "../sys/files.ts";
import { isErrno } from "../sys/sys_error.ts";
import type { CgroupRecord } from "./driver.ts";
import { readCgroupFile } from "./file.ts";
import type { CgroupStats, HugetlbStats, ReadText } from "./stats_types.ts";
import { readBlkioStats } from "./v1/blkio_stats.ts";
import { readCpuStats as readCpuStatsV1 } from "./v1/cpu_stats.ts";
import { readCpusetStats } from "./v1/cpuset_stats.ts";
import { readHugetlbStats as readHugetlbStatsV1 } from "./v1/hugetlb_stats.ts";
import { readMemoryStats as readMemoryStatsV1 } from "./v1/memory_stats.ts";
import { readPidsStats } from "./v1/pids_stats.ts";
import { readCpuStats as readCpuStatsV2 } from "./v2/cpu_stats.ts";
import { readHugetlbStats as readHugetlbStatsV2 } from "./v2/hugetlb_stats.ts";
import { readIoStats } from "./v2/io_stats.ts";
import { readMemoryStats as readMemoryStatsV2 } from "./v2/memory_stats.ts";

type Paths = CgroupRecord["paths"];

/** A controller that is not there counts nothing: its part is empty. On a hybrid host each is where it is. */
export function readCgroupStats(paths: Paths): CgroupStats {
  const { cpu, cpuacct, cpuset, memory, pids, blkio, hugetlb, "": unified } = paths;
  const onUnified = readerOf(unified);
  // Pressure is counted in the unified hierarchy only, and there for all controllers.
  const readerV1 = (directory: string | undefined): ReadText => {
    const onV1 = readerOf(directory);
    return (file) => (file.endsWith(".pressure") ? onUnified(file) : onV1(file));
  };
  return {
    cpu: cpuacct === undefined ? readCpuStatsV2(onUnified) : readCpuStatsV1(readerV1(cpuacct), readerV1(cpu)),
    cpuset: readCpusetStats(readerOf(cpuset ?? unified)),
    memory: memory === undefined ? readMemoryStatsV2(onUnified) : readMemoryStatsV1(readerV1(memory)),
    pids: readPidsStats(readerOf(pids ?? unified)),
    blkio: blkio === undefined ? readIoStats(onUnified) : readBlkioStats(readerV1(blkio)),
    hugetlb:
      hugetlb === undefined
        ? readPageSizes(unified, ".max", readHugetlbStatsV2)
        : readPageSizes(hugetlb, ".limit_in_bytes", readHugetlbStatsV1),
  };
}

function readerOf(directory: string | undefined): ReadText {
  return (file) => (directory === undefined ? undefined : readIfPossible(directory, file));
}

/** Pressure can be switched off (EOPNOTSUPP), and some files of some kernels refuse to be read. */
function readIfPossible(directory: string, file: string): string | undefined {
  try {
    return readCgroupFile(directory, file);
  } catch (error) {
    if (isErrno(error, errno.EOPNOTSUPP, errno.EINVAL, errno.EACCES)) return undefined;
    throw error;
  }
}

/** The sizes of the kernel are known by the files it makes: hugetlb.2MB.max. */
function readPageSizes(
  directory: string | undefined,
  suffix: string,
  read: (file: ReadText, pageSize: string) => HugetlbStats,
): Readonly<Record<string, HugetlbStats>> {
  const sizes = fileNames(directory).flatMap((name) => {
    const [, size, end] = /^hugetlb\.(\d+[KMG]B)(\.\w+)$/.exec(name) ?? [];
    return size === undefined || end !== suffix ? [] : [size];
  });
  return Object.fromEntries(sizes.map((size) => [size, read(readerOf(directory), size)]));
}

function fileNames(directory: string | undefined): readonly string[] {
  try {
    return directory === undefined ? [] : readDirectory(directory).map(({ name }) => name);
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.ENODEV)) return [];
    throw error;
  }
}
