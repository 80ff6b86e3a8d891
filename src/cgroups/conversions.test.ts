import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  blkioWeightToIoWeight,
  checkSwapLimit,
  cpuSharesToWeight,
  limitOrMax,
  pidsMax,
  swapMax,
} from "./conversions.ts";

describe("cpuSharesToWeight()", () => {
  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [10, 4],
    [100, 17],
    [256, 35],
    [512, 59],
    [1000, 99],
    [1024, 100],
    [2048, 174],
    [4096, 303],
    [8192, 532],
    [65_536, 3023],
    [131_072, 5478],
    [262_144, 10_000],
    [2n ** 63n, 10_000],
  ])("turns %s shares into a weight of %s", (shares, weight) => {
    expect(cpuSharesToWeight(shares)).toBe(weight);
  });

  test("never decreases and stays in 1 to 10000", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300_000 }), (shares) => {
        const weight = cpuSharesToWeight(shares);
        expect(weight).toBeGreaterThanOrEqual(1);
        expect(weight).toBeLessThanOrEqual(cpuSharesToWeight(shares + 1));
        expect(cpuSharesToWeight(shares + 1)).toBeLessThanOrEqual(10_000);
      }),
    );
  });
});

test.each([
  [10, 1],
  [500, 4950],
  [1000, 10_000],
])("blkioWeightToIoWeight() turns %i into %i", (weight, converted) => {
  expect(blkioWeightToIoWeight(weight)).toBe(converted);
});

test("limitOrMax() keeps 64-bit numbers exact and writes max for -1", () => {
  expect(limitOrMax(9_223_372_036_854_775_807n)).toBe("9223372036854775807");
  expect(limitOrMax(-1)).toBe("max");
});

test.each([
  [-1, "max"],
  [0, "1"],
  [7, "7"],
])("pidsMax() of %i is %s", (limit, value) => {
  expect(pidsMax(limit)).toBe(value);
});

describe("swapMax()", () => {
  test.each([
    [{ limit: 100, swap: 300 }, "200"],
    [{ limit: 100, swap: 100 }, "0"],
    [{ limit: 100, swap: -1 }, "max"],
    [{ limit: 100, swap: 0 }, undefined],
    [{ limit: 100 }, undefined],
    [{ limit: -1 }, "max"],
    [{ limit: -1, swap: 300 }, "300"],
    [{ swap: -1 }, "max"],
    [{}, undefined],
    [{ limit: 2n ** 60n, swap: 2n ** 61n }, String(2n ** 60n)],
  ])("of %o is %s", (memory, value) => {
    expect(swapMax(memory)).toBe(value);
  });

  test("refuses limits that contradict each other", () => {
    expect(() => swapMax({ swap: 5 })).toThrow("unable to set swap limit without memory limit");
    expect(() => checkSwapLimit({ limit: 10, swap: 5 })).toThrow(
      "memory+swap limit should be >= memory limit",
    );
  });
});
