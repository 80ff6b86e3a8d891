import { expect, test } from "vitest";
import { findingsOf } from "./spec_under_test.ts";

const map = (containerID: number, hostID: number, size: number) => ({ containerID, hostID, size });
const USER = [
  { type: "user" },
  { type: "mount" },
  { type: "uts" },
  { type: "time", path: "/proc/1/ns/time" },
];

test.each([
  [
    "namespaces of different types",
    { namespaces: [{ type: "mount" }, { type: "uts" }, { type: "uts" }] },
    ['error /linux/namespaces/2: malformed spec file: duplicated ns "uts"'],
  ],
  [
    "absolute namespace paths",
    { namespaces: [{ type: "mount" }, { type: "uts", path: "x" }] },
    ['error /linux/namespaces/1/path: the path of a namespace must be absolute, not "x"'],
  ],
  [
    "a uts namespace for a hostname",
    { namespaces: [{ type: "mount" }] },
    ["error /hostname: cannot set hostname without a uts namespace"],
  ],
  [
    "a mount namespace for masked and read-only paths",
    { namespaces: [{ type: "uts" }] },
    [
      "error /linux/maskedPaths: cannot apply maskedPaths without a mount namespace",
      "error /linux/readonlyPaths: cannot apply readonlyPaths without a mount namespace",
    ],
  ],
  [
    "absolute masked paths",
    { maskedPaths: ["a"] },
    ['error /linux/maskedPaths/0: maskedPaths must be absolute, not "a"'],
  ],
  [
    "a time namespace for offsets",
    { timeOffsets: { monotonic: { secs: 1 } } },
    ["error /linux/timeOffsets: cannot set timeOffsets without a time namespace"],
  ],
  [
    "a new time namespace and known clocks for offsets",
    {
      timeOffsets: { sundial: { nanosecs: 1e9 } },
      namespaces: USER,
      uidMappings: [map(0, 1, 1)],
      gidMappings: [map(0, 1, 1)],
    },
    [
      "error /linux/timeOffsets: cannot set timeOffsets of a time namespace that is joined by its path",
      'error /linux/timeOffsets/sundial: unknown clock "sundial": only monotonic and boottime can have an offset',
      "error /linux/timeOffsets/sundial/nanosecs: nanosecs must be less than a second, not 1000000000",
    ],
  ],
  [
    "a user namespace for mappings",
    { uidMappings: [map(0, 1, 1)] },
    ["error /linux/uidMappings: uidMappings have no effect without a user namespace"],
  ],
  [
    "mappings for a new user namespace",
    { namespaces: USER },
    [
      "error /linux/uidMappings: a new user namespace needs uidMappings",
      "error /linux/gidMappings: a new user namespace needs gidMappings",
    ],
  ],
  [
    "mappings that the kernel takes",
    {
      namespaces: USER,
      uidMappings: [map(0, 100, 10), map(20, 109, 0), map(5, 500, 1)],
      gidMappings: [map(0, 4294967295, 1)],
    },
    [
      "error /linux/uidMappings/1/size: the size of an id mapping must not be 0",
      "error /linux/uidMappings/2: the id mapping overlaps number 0 of the list in its containerID",
      "error /linux/uidMappings/1: the id mapping overlaps number 0 of the list in its hostID",
      "error /linux/gidMappings/0: the id mapping reaches beyond the last id, counted from hostID",
    ],
  ],
  [
    "no personality flags",
    { personality: { domain: "LINUX", flags: ["X"] } },
    ['error /linux/personality/flags/0: unsupported personality flag "X"'],
  ],
  [
    "group names without slashes",
    { intelRdt: { closID: "a/b" } },
    ['error /linux/intelRdt/closID: "a/b" cannot be the name of a resctrl group'],
  ],
  [
    "one line for each schema",
    { intelRdt: { closID: "/", memBwSchema: "L3:x", l3CacheSchema: "0=f", schemata: ["a", "b\n"] } },
    [
      'error /linux/intelRdt/memBwSchema: memBwSchema must start with "MB:" and have no newline',
      'warning /linux/intelRdt/l3CacheSchema: l3CacheSchema should start with "L3:" and have no newline',
      "error /linux/intelRdt/schemata/1: a schema must have no newline",
    ],
  ],
  [
    "no nodes for MPOL_LOCAL",
    { memoryPolicy: { mode: "MPOL_LOCAL", nodes: "0" } },
    ["error /linux/memoryPolicy/nodes: MPOL_LOCAL takes no nodes"],
  ],
  [
    "nodes for MPOL_BIND",
    { memoryPolicy: { mode: "MPOL_BIND" } },
    ["error /linux/memoryPolicy/nodes: MPOL_BIND needs at least one node"],
  ],
  [
    "one way to count nodes",
    {
      memoryPolicy: {
        mode: "MPOL_BIND",
        nodes: "x",
        flags: ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"],
      },
    },
    [
      'error /linux/memoryPolicy/nodes: nodes must be a list such as 0-3,7, not "x"',
      "error /linux/memoryPolicy/flags: MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other",
    ],
  ],
  [
    "different and valid interface names",
    {
      netDevices: {
        eth0: { name: "a" },
        eth1: { name: "a" },
        "a/b": { name: "c%d" },
        e2: { name: "sixteen-letters-" },
      },
    },
    [
      'error /linux/netDevices/eth1: "a" is already the name of "eth0" in the container',
      'error /linux/netDevices/a~1b: "a/b" cannot be the name of a network interface',
      'error /linux/netDevices/e2/name: "sixteen-letters-" cannot be the name of a network interface',
    ],
  ],
])("the linux rules demand %s", (_name, linux, findings) => {
  expect(findingsOf({ linux })).toEqual(findings);
});

test("the linux rules know the other form of cgroupsPath with systemd", () => {
  const linux = { cgroupsPath: "/x" };
  expect(findingsOf({ linux })).toEqual([]);
  expect(findingsOf({ linux: { cgroupsPath: "system.slice:a:b" } }, { useSystemd: true })).toEqual([]);
  expect(findingsOf({ linux }, { useSystemd: true })).toEqual([
    'error /linux/cgroupsPath: expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/x" instead',
  ]);
});

test("the linux rules do not let network devices move without root", () => {
  expect(findingsOf({ linux: { netDevices: { eth0: {} } } }, { rootless: true })).toContain(
    "error /linux/netDevices: cannot move netDevices without real root",
  );
});

test("mappings beside the path of a user namespace are only a warning", () => {
  const namespaces = [{ type: "user", path: "/proc/1/ns/user" }, { type: "mount" }, { type: "uts" }];
  expect(findingsOf({ linux: { namespaces, uidMappings: [map(0, 1, 1)] } })).toEqual([
    "warning /linux/uidMappings: uidMappings must equal those of the user namespace that is joined by its path",
  ]);
});
