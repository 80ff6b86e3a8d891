import { expect, test } from "vitest";
import { findingsOf } from "./spec_under_test.ts";

test.each([
  [
    "memory in bytes or -1",
    { memory: { limit: -2 } },
    "/memory/limit: memory limit must be in bytes, or -1 for unlimited, not -2",
  ],
  [
    "swappiness in percent",
    { memory: { swappiness: 101 } },
    "/memory/swappiness: swappiness must be from 0 to 100, not 101",
  ],
  [
    "a memory limit for a swap limit",
    { memory: { swap: 5 } },
    "/memory/swap: unable to set swap limit without memory limit",
  ],
  [
    "swap with memory in it",
    { memory: { limit: 2n ** 62n, swap: 5 } },
    "/memory/swap: memory+swap limit should be >= memory limit",
  ],
  [
    "burst within the quota",
    { cpu: { quota: 5, burst: 6 } },
    "/cpu/burst: cpu burst 6 must not be larger than the quota 5",
  ],
  ["idle of 0 or 1", { cpu: { idle: 2 } }, "/cpu/idle: cpu idle must be 0 or 1, not 2"],
  [
    "a pids limit or -1",
    { pids: { limit: -2 } },
    "/pids/limit: the pids limit must be a number, or -1 for no limit, not -2",
  ],
  ["a weight in range", { blockIO: { weight: 9 } }, "/blockIO/weight: weight must be from 10 to 1000, not 9"],
  [
    "a weight for a weightDevice",
    { blockIO: { weightDevice: [{ major: 8, minor: 0 }] } },
    "/blockIO/weightDevice/0: a weightDevice needs weight or leafWeight",
  ],
  [
    "something to limit for rdma",
    { rdma: { mlx5_1: {} } },
    "/rdma/mlx5_1: an rdma device needs hcaHandles or hcaObjects",
  ],
  [
    "file names in unified",
    { unified: { "../x.y": "1" } },
    '/unified/..~1x.y: unified resource "../x.y" must be a file name (no slashes)',
  ],
  [
    "a controller in unified",
    { unified: { x: "1" } },
    '/unified/x: unified resource "x" must be in the form CONTROLLER.PARAMETER',
  ],
  [
    "a controller in unified that is no dot",
    { unified: { "..": "1" } },
    '/unified/..: unified resource ".." must be in the form CONTROLLER.PARAMETER',
  ],
])("the resources rules demand %s", (_name, resources, finding) => {
  expect(findingsOf({ linux: { resources } })).toEqual([`error /linux/resources${finding}`]);
});

test("the resources rules take unlimited values, zero pids and unset weights", () => {
  const resources = {
    memory: { limit: -1, swap: 1, reservation: 0 },
    cpu: { quota: -1, burst: 5, idle: 1 },
    pids: { limit: 0 },
    blockIO: { weight: 0 },
    unified: { "memory.high": "max", "cgroup.freeze": "0" },
  };
  expect(findingsOf({ linux: { resources } })).toEqual([]);
});

test("the resources rules warn of kernel memory", () => {
  expect(findingsOf({ linux: { resources: { memory: { kernel: -1 } } } })).toEqual([
    "warning /linux/resources/memory/kernel: memory kernel is not recommended any more, and is ignored",
  ]);
});
