import type { LinuxResources } from "../../spec/types.ts";
import type { Setting } from "../settings.ts";
import { planCpu } from "./cpu.ts";
import { planCpuset } from "./cpuset.ts";
import { planHugetlb } from "./hugetlb.ts";
import { planIo } from "./io.ts";
import { planMemory } from "./memory.ts";
import { planPids } from "./pids.ts";
import { planRdma } from "./rdma.ts";
import { planUnified } from "./unified.ts";

export interface Controller {
  readonly name: string;
  readonly plan: (resources: LinuxResources) => readonly Setting[];
}

/** In the order they are set. unified comes last, so that it wins over what other members say. */
export const v2Controllers: readonly Controller[] = [
  { name: "pids", plan: planPids },
  { name: "memory", plan: planMemory },
  { name: "io", plan: planIo },
  { name: "cpu", plan: planCpu },
  { name: "cpuset", plan: planCpuset },
  { name: "hugetlb", plan: planHugetlb },
  { name: "rdma", plan: planRdma },
  { name: "unified", plan: planUnified },
];
