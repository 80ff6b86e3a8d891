import { parseIndexList } from "../../spec/index_list.ts";
import { numberIn } from "../stats_text.ts";
import type { CpusetStats, ReadText } from "../stats_types.ts";

/** Documentation/admin-guide/cgroup-v1/cpusets.rst. v2 has the two lists alone, as what is in effect. */
export function readCpusetStats(read: ReadText): CpusetStats {
  const flag = (name: string): number => Number(numberIn(read(`cpuset.${name}`)));
  return {
    cpus: indexes(read("cpuset.cpus.effective") ?? read("cpuset.cpus")),
    cpu_exclusive: flag("cpu_exclusive"),
    mems: indexes(read("cpuset.mems.effective") ?? read("cpuset.mems")),
    mem_hardwall: flag("mem_hardwall"),
    mem_exclusive: flag("mem_exclusive"),
    memory_migrate: flag("memory_migrate"),
    memory_spread_page: flag("memory_spread_page"),
    memory_spread_slab: flag("memory_spread_slab"),
    memory_pressure: flag("memory_pressure"),
    sched_load_balance: flag("sched_load_balance"),
    sched_relax_domain_level: flag("sched_relax_domain_level"),
  };
}

function indexes(text = ""): readonly number[] | undefined {
  const ranges = parseIndexList(text) ?? [];
  if (ranges.length === 0) return undefined;
  return ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}
