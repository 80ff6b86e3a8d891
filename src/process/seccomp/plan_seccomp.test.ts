import { describe, expect, it } from "vitest";
import type { LinuxSeccomp } from "../../spec/types.ts";
import { planSeccomp } from "./plan_seccomp.ts";

const filter = new Uint8Array(8);
const allFlags = { filter, supportedFlags: 0x27 };
const profile: LinuxSeccomp = { defaultAction: "SCMP_ACT_ALLOW" };
const notify: LinuxSeccomp = {
  ...profile,
  listenerPath: "/run/agent",
  listenerMetadata: "data",
  syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_NOTIFY" }],
};

function flagsOf(seccomp: LinuxSeccomp, supportedFlags = 0x27): unknown {
  const [op] = planSeccomp(seccomp, true, { filter, supportedFlags }).ops;
  return op?.op === "seccomp" && op.flags;
}

describe("planSeccomp()", () => {
  it("is nothing without a profile", () => {
    expect(planSeccomp(undefined, true, undefined)).toEqual({
      ops: [],
      keepCapabilities: [],
      listener: undefined,
    });
  });

  it("keeps CAP_SYS_ADMIN for the filter where there is no no_new_privs", () => {
    expect(planSeccomp(profile, false, allFlags)).toEqual({
      ops: [{ op: "seccomp", at: "/linux/seccomp", filter, flags: 4, raise: 1 }],
      keepCapabilities: ["CAP_SYS_ADMIN"],
      listener: undefined,
    });
    expect(planSeccomp(profile, true, allFlags)).toMatchObject({ ops: [{ raise: 0 }], keepCapabilities: [] });
  });

  it("allows speculation when the profile has no flags and the kernel has the choice", () => {
    expect(flagsOf(profile)).toBe(4);
    expect(flagsOf(profile, 0x3)).toBe(0);
    expect(flagsOf({ ...profile, flags: [] })).toBe(0);
  });

  it("passes flags on, but for TSYNC and what only a listener gives a meaning", () => {
    const flags = [
      "SECCOMP_FILTER_FLAG_TSYNC",
      "SECCOMP_FILTER_FLAG_LOG",
      "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
    ] as const;
    expect(flagsOf({ ...profile, flags })).toBe(2);
    expect(flagsOf({ ...notify, flags })).toBe(2 | 8 | 32);
  });

  it("refuses a flag that the kernel does not know", () => {
    const flags = ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"] as const;
    expect(() => flagsOf({ ...profile, flags }, 0x7)).toThrow(
      expect.objectContaining({
        code: "host",
        message: "the kernel does not support SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
        at: "/linux/seccomp/flags/1",
      }),
    );
  });

  it("has a listener with NOTIFY alone", () => {
    expect(planSeccomp(notify, true, allFlags).listener).toEqual({ path: "/run/agent", metadata: "data" });
    expect(planSeccomp({ ...notify, syscalls: [] }, true, allFlags).listener).toBeUndefined();
  });

  it("plans without a filter for printing", () => {
    expect(planSeccomp(profile, true, undefined).ops).toMatchObject([
      { filter: new Uint8Array(0), flags: 4 },
    ]);
  });
});
