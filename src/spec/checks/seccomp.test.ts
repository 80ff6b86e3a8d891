import { expect, test } from "vitest";
import { findingsOf } from "./spec_under_test.ts";

const ALLOW = { defaultAction: "SCMP_ACT_ALLOW" };
const NOTIFY = { names: ["mkdir"], action: "SCMP_ACT_NOTIFY" };

test.each([
  [
    "a default action but NOTIFY",
    { defaultAction: "SCMP_ACT_NOTIFY", listenerPath: "/s" },
    "/defaultAction: SCMP_ACT_NOTIFY cannot be used as default action",
  ],
  [
    "an errno only where it is returned",
    { ...ALLOW, defaultErrnoRet: 1 },
    "/defaultErrnoRet: SCMP_ACT_ALLOW does not take an errno",
  ],
  [
    "an errno only where it is returned, for each entry",
    { ...ALLOW, syscalls: [{ names: ["a"], action: "SCMP_ACT_LOG", errnoRet: 1 }] },
    "/syscalls/0/errnoRet: SCMP_ACT_LOG does not take an errno",
  ],
  [
    "an errno of 16 bits",
    { ...ALLOW, syscalls: [{ names: ["a"], action: "SCMP_ACT_TRACE", errnoRet: 65536 }] },
    "/syscalls/0/errnoRet: an errno is at most 65535, not 65536",
  ],
  [
    "a listener for its metadata",
    { ...ALLOW, listenerMetadata: "x" },
    "/listenerMetadata: listenerMetadata must not be set without listenerPath",
  ],
  [
    "a listener for NOTIFY",
    { ...ALLOW, syscalls: [NOTIFY] },
    "/listenerPath: SCMP_ACT_NOTIFY needs a listenerPath",
  ],
  [
    "no NOTIFY on write",
    { ...ALLOW, listenerPath: "/s", syscalls: [{ ...NOTIFY, names: ["mkdir", "write"] }] },
    "/syscalls/0/names/1: SCMP_ACT_NOTIFY cannot be used for the write syscall",
  ],
  [
    "names",
    { ...ALLOW, syscalls: [{ names: [""], action: "SCMP_ACT_LOG" }] },
    "/syscalls/0/names/0: the name of a system call must not be empty",
  ],
  [
    "at least one name",
    { ...ALLOW, syscalls: [{ names: [], action: "SCMP_ACT_LOG" }] },
    "/syscalls/0/names: linux.seccomp.syscalls[0].names must not be empty",
  ],
  [
    "six arguments at most",
    {
      ...ALLOW,
      syscalls: [
        {
          names: ["a"],
          action: "SCMP_ACT_LOG",
          args: [{ index: 6, value: 2n ** 64n - 1n, op: "SCMP_CMP_EQ" }],
        },
      ],
    },
    "/syscalls/0/args/0/index: a system call has arguments 0 to 5, not 6",
  ],
])("the seccomp rules demand %s", (_name, seccomp, finding) => {
  expect(findingsOf({ linux: { seccomp } })).toEqual([`error /linux/seccomp${finding}`]);
});

test("the seccomp rules take NOTIFY with a listener and metadata", () => {
  const seccomp = { ...ALLOW, listenerPath: "/s", listenerMetadata: "x", syscalls: [NOTIFY] };
  expect(findingsOf({ linux: { seccomp } })).toEqual([]);
});
