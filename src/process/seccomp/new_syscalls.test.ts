import { describe, expect, it } from "vitest";
import { runFilter } from "../../../test/support/run_classic_bpf.ts";
import { seccompArchitectures } from "./architectures.ts";
import { encodeInstructions, give } from "./classic_bpf.ts";
import { type NewestSyscall, planNewSyscallRule, x32Bit } from "./new_syscalls.ts";

const { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32, SCMP_ARCH_AARCH64, SCMP_ARCH_S390X } =
  seccompArchitectures;

const newer = 0x00050026;
const goesOn = 1;

/** The rule with an end of its own, in the place of libseccomp's instructions. */
function answer(newest: readonly NewestSyscall[], architecture: number, number: number): number {
  const filter = encodeInstructions([...planNewSyscallRule(newest), give(goesOn)]);
  return runFilter(filter, { number, architecture, args: [] });
}

describe("planNewSyscallRule()", () => {
  const both = [
    { token: SCMP_ARCH_X86_64, number: 334 },
    { token: SCMP_ARCH_X86, number: 383 },
  ];

  it.each([
    ["the newest call of the profile", SCMP_ARCH_X86_64, 334, goesOn],
    ["a newer one", SCMP_ARCH_X86_64, 335, newer],
    ["the newest call of another architecture", SCMP_ARCH_X86, 383, goesOn],
    ["a newer one there", SCMP_ARCH_X86, 384, newer],
    ["an architecture that the filter does not know", SCMP_ARCH_AARCH64, 10_000, goesOn],
    ["an x32 call where the filter has no x32", SCMP_ARCH_X86_64, x32Bit + 10_000, goesOn],
    ["a call that a tracer skips", SCMP_ARCH_X86_64, 0xffffffff, goesOn],
  ])("answers %s", (_what, architecture, number, expected) => {
    expect(answer(both, architecture, number)).toBe(expected);
  });

  const x32 = [...both, { token: SCMP_ARCH_X32, number: x32Bit + 334 }];

  it.each([
    ["the newest x32 call of the profile", x32Bit + 334, goesOn],
    ["a newer one", x32Bit + 335, newer],
    ["the first of the variants of old calls", x32Bit + 512, goesOn],
    ["the last of them", x32Bit + 547, goesOn],
    ["what is beyond them", x32Bit + 548, newer],
    ["what is below them", x32Bit + 511, newer],
    ["a newer native call", 335, newer],
    ["a call that a tracer skips", 0xffffffff, goesOn],
  ])("answers %s, where the filter has x32", (_what, number, expected) => {
    expect(answer(x32, SCMP_ARCH_X86_64, number)).toBe(expected);
  });

  it("knows x32 without native calls", () => {
    const only = [{ token: SCMP_ARCH_X32, number: x32Bit + 334 }];
    expect(answer(only, SCMP_ARCH_X86_64, x32Bit + 335)).toBe(newer);
    expect(answer(only, SCMP_ARCH_X86_64, 335)).toBe(goesOn);
  });

  it("answers setup(2) of s390 as the kernel does", () => {
    const s390 = [{ token: SCMP_ARCH_S390X, number: 384 }];
    expect(answer(s390, SCMP_ARCH_S390X, 0)).toBe(newer);
    expect(answer(s390, SCMP_ARCH_S390X, 1)).toBe(goesOn);
  });

  it("is nothing where nothing is known", () => {
    expect(planNewSyscallRule([])).toEqual([]);
  });
});
