import { describe, expect, it } from "vitest";
import { parseDuration } from "./duration.ts";

describe("parseDuration()", () => {
  it.each([
    ["5s", 5000],
    ["100ms", 100],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["+2s", 2000],
    ["250us", 0.25],
    ["250\u00b5s", 0.25],
  ] as const)("reads %s", (text, ms) => {
    expect(parseDuration("interval", text)).toBeCloseTo(ms, 9);
  });

  it.each(["", "5", "s", "5 s", "5d", "1m30", "5s,", "five"])("refuses %j", (text) => {
    expect(() => parseDuration("interval", text)).toThrow(
      `invalid value "${text}" for flag -interval: parse error`,
    );
  });

  it.each(["0", "0s", "-1s", "-0"])("wants more than %s", (text) => {
    expect(() => parseDuration("interval", text)).toThrow("duration interval must be greater than 0");
  });
});
