import { configError } from "../errors.ts";
import { parseIndexList } from "../spec/index_list.ts";
import type { CPUAffinity } from "../spec/types.ts";
import { schedSetaffinity } from "../sys/affinity.ts";
import { reasonOf, SysError } from "../sys/sys_error.ts";

/**
 * `process.execCPUAffinity`: which CPUs an exec'd process may use. `final` holds when the program runs; without
 * it `initial`, which only matters while the process is being set up, is what stays.
 *
 * @throws RuntimeError `config` when none of the CPUs can be used
 */
export function setAffinity(pid: number, affinity: CPUAffinity | undefined): void {
  const list = affinity?.final || affinity?.initial;
  if (!list) return;
  const at = affinity?.final ? "/process/execCPUAffinity/final" : "/process/execCPUAffinity/initial";
  const cpus = parseIndexList(list);
  if (cpus === undefined) throw configError(at, `${JSON.stringify(list)} is no list of CPUs`);
  try {
    schedSetaffinity(
      pid,
      cpus.flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, index) => first + index),
      ),
    );
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    throw configError(at, `cannot set the CPU affinity to ${list}: ${reasonOf(error)}`);
  }
}
