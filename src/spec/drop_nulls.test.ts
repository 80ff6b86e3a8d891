import { expect, test } from "vitest";
import { dropNulls } from "./drop_nulls.ts";

test("dropNulls() drops null members at every depth, and no items", () => {
  expect(dropNulls({ a: null, b: [{ c: null, d: 0 }, null], e: false })).toEqual({
    b: [{ d: 0 }, null],
    e: false,
  });
  expect(dropNulls(null)).toBe(null);
});

test("dropNulls() keeps a member __proto__ as it is", () => {
  const value = dropNulls(JSON.parse('{"__proto__":{"a":null},"b":null}'));
  expect(Object.keys(value as object)).toEqual(["__proto__"]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});
