import type { Controller } from "../v2/controllers.ts";
import { planBlkio } from "./blkio.ts";
import { planCpu } from "./cpu.ts";
import { planCpuset } from "./cpuset.ts";
import { planHugetlb } from "./hugetlb.ts";
import { planMemory } from "./memory.ts";
import { planNetCls } from "./net_cls.ts";
import { planNetPrio } from "./net_prio.ts";
import { planPids } from "./pids.ts";
import { planRdma } from "./rdma.ts";

/** In the order they are set. */
export const v1Controllers: readonly Controller[] = [
  { name: "pids", plan: planPids },
  { name: "memory", plan: planMemory },
  { name: "blkio", plan: planBlkio },
  { name: "cpu", plan: planCpu },
  { name: "cpuset", plan: planCpuset },
  { name: "hugetlb", plan: planHugetlb },
  { name: "rdma", plan: planRdma },
  { name: "net_cls", plan: planNetCls },
  { name: "net_prio", plan: planNetPrio },
];
