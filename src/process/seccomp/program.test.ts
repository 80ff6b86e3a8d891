import { describe, expect, it } from "vitest";
import type { LinuxSeccomp } from "../../spec/types.ts";
import { type Condition, notifies, planSeccompProgram, type SeccompProgram } from "./program.ts";
import { seccompOperators } from "./tables.ts";

/** The program as text, a call a line. */
function formatSeccompProgram(program: SeccompProgram): string {
  const lines = program.calls.map((call) => {
    switch (call.call) {
      case "addArchitecture":
        return `architecture ${call.architecture}`;
      case "optimize":
        return "optimize";
      case "addRule":
        return ["rule", call.syscall, hex(call.action), ...call.conditions.map(formatCondition)].join(" ");
      default:
        return call satisfies never;
    }
  });
  const known = program.knownSyscalls === undefined ? "" : `known ${program.knownSyscalls.join(" ")}\n`;
  return `default ${hex(program.defaultAction)}\n${lines.map((line) => `${line}\n`).join("")}${known}`;
}

const operatorNames = new Map(
  Object.entries(seccompOperators).map(([name, number]) => [number, name.slice("SCMP_CMP_".length)]),
);

function formatCondition({ argument, operator, datumA, datumB }: Condition): string {
  return `${argument}:${operatorNames.get(operator)}:${datumA}:${datumB}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function textOf(profile: LinuxSeccomp): string[] {
  return formatSeccompProgram(planSeccompProgram(profile)).trimEnd().split("\n");
}

describe("planSeccompProgram()", () => {
  it("is the calls of libseccomp in the order of the profile", () => {
    expect(
      textOf({
        defaultAction: "SCMP_ACT_ERRNO",
        defaultErrnoRet: 38,
        architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"],
        syscalls: [
          { names: ["read", "write"], action: "SCMP_ACT_ALLOW" },
          {
            names: ["personality"],
            action: "SCMP_ACT_ALLOW",
            args: [{ index: 0, value: 0xffffffff, op: "SCMP_CMP_EQ" }],
          },
          {
            names: ["clone"],
            action: "SCMP_ACT_TRACE",
            errnoRet: 7,
            args: [
              { index: 0, value: 2114060288, valueTwo: 5, op: "SCMP_CMP_MASKED_EQ" },
              { index: 1, value: 18446744073709551615n, op: "SCMP_CMP_NE" },
            ],
          },
        ],
      }),
    ).toEqual([
      "default 0x50026",
      "architecture SCMP_ARCH_X86_64",
      "architecture SCMP_ARCH_X32",
      "rule read 0x7fff0000",
      "rule write 0x7fff0000",
      "rule personality 0x7fff0000 0:EQ:4294967295:0",
      "rule clone 0x7ff00007 0:MASKED_EQ:2114060288:5 1:NE:18446744073709551615:0",
      "known read write personality clone",
    ]);
  });

  it("makes each condition a rule of its own when one argument has two", () => {
    expect(
      textOf({
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [
          {
            names: ["ioctl"],
            action: "SCMP_ACT_ERRNO",
            args: [
              { index: 1, value: 5, op: "SCMP_CMP_EQ" },
              { index: 1, value: 6, op: "SCMP_CMP_EQ" },
              { index: 2, value: 7, op: "SCMP_CMP_GT" },
            ],
          },
        ],
      }),
    ).toEqual([
      "default 0x7fff0000",
      "rule ioctl 0x50001 1:EQ:5:0",
      "rule ioctl 0x50001 1:EQ:6:0",
      "rule ioctl 0x50001 2:GT:7:0",
    ]);
  });

  it("leaves out rules that say what the default says, but counts their names as known", () => {
    expect(
      textOf({
        defaultAction: "SCMP_ACT_ERRNO",
        syscalls: [
          { names: ["mount"], action: "SCMP_ACT_ERRNO", errnoRet: 1 },
          { names: ["mount"], action: "SCMP_ACT_ERRNO", errnoRet: 2 },
        ],
      }),
    ).toEqual(["default 0x50001", "rule mount 0x50002", "known mount"]);
  });

  it("asks for a binary tree from 33 rules on", () => {
    const profile = (count: number): LinuxSeccomp => ({
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [
        { names: Array.from({ length: count }, (_, index) => `call${index}`), action: "SCMP_ACT_LOG" },
      ],
    });
    expect(textOf(profile(32))[1]).toBe("rule call0 0x7ffc0000");
    expect(textOf(profile(33))[1]).toBe("optimize");
  });

  it.each(["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"] as const)(
    "knows no new calls with the default %s",
    (defaultAction) => {
      const profile = { defaultAction, syscalls: [{ names: ["mount"], action: "SCMP_ACT_KILL" }] } as const;
      expect(planSeccompProgram(profile).knownSyscalls).toBeUndefined();
    },
  );
});

describe("notifies()", () => {
  it("looks for NOTIFY in every rule", () => {
    const rule = { names: ["mkdir"], action: "SCMP_ACT_NOTIFY" } as const;
    expect(notifies({ defaultAction: "SCMP_ACT_ALLOW", syscalls: [rule] })).toBe(true);
    expect(notifies({ defaultAction: "SCMP_ACT_ALLOW" })).toBe(false);
  });
});
