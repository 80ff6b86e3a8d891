import { describe, expect, it } from "vitest";
import { parseByteSize, parseExactInteger } from "./byte_size.ts";

describe("parseByteSize()", () => {
  it.each([
    ["0", 0],
    ["1024", 1024],
    ["64k", 65_536],
    ["64M", 67_108_864],
    ["1g", 1_073_741_824],
    ["1.5g", 1_610_612_736],
    ["512KiB", 524_288],
    ["2mb", 2_097_152],
    ["10b", 10],
    ["9223372036854775807", 9_223_372_036_854_775_807n],
    ["-1", -1],
  ] as const)("reads %s", (text, bytes) => {
    expect(parseByteSize("memory", text)).toBe(bytes);
  });

  it.each(["", "m", "-2", "64q", "1e3", "0x10", "9223372036854775808", "9000000p", "1..5g", "64 mm"])(
    "refuses %j and names the flag",
    (text) => {
      expect(() => parseByteSize("memory", text)).toThrow(
        expect.objectContaining({
          message: `invalid value "${text}" for flag -memory: not a size in bytes`,
          at: "--memory",
        }),
      );
    },
  );
});

describe("parseExactInteger()", () => {
  it("keeps every digit", () => {
    expect(parseExactInteger("cpu-quota", "-1")).toBe(-1);
    expect(parseExactInteger("cpu-quota", "+5")).toBe(5);
    expect(parseExactInteger("cpu-quota", "9007199254740993")).toBe(9_007_199_254_740_993n);
  });

  it.each(["", "1.5", "5s", "ten"])("refuses %j", (text) => {
    expect(() => parseExactInteger("cpu-quota", text)).toThrow(/not a whole number/);
  });
});
