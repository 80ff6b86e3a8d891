import fc from "fast-check";
import { expect, test } from "vitest";
import { stringifyJson } from "./stringify.ts";

test("stringifyJson() equals JSON.stringify() when there is no bigint", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom("", "\t", "  "), (value, indent) => {
      expect(stringifyJson(value, indent)).toBe(JSON.stringify(value, undefined, indent));
    }),
    { numRuns: 200 },
  );
});

test("stringifyJson() lays out a document with a bigint as JSON.stringify() would", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom("", "\t", "  "), (value, indent) => {
      const withNumber = JSON.stringify({ n: 1, value, gone: undefined }, undefined, indent);
      expect(stringifyJson({ n: 1n, value, gone: undefined }, indent)).toBe(withNumber);
    }),
    { numRuns: 200 },
  );
  expect(stringifyJson([undefined, 18446744073709551615n])).toBe("[null,18446744073709551615]");
});
