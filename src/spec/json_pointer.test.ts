import fc from "fast-check";
import { expect, test } from "vitest";
import { childPointer, pointerTokens, pointerWords, valueAt } from "./json_pointer.ts";

test("pointerTokens() undoes childPointer()", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (keys) => {
      expect(pointerTokens(keys.reduce<string>(childPointer, ""))).toEqual(keys);
    }),
    { numRuns: 200 },
  );
});

test("pointerWords() writes places as a person would", () => {
  expect(pointerWords("")).toBe("the document");
  expect(pointerWords("/process/args/0")).toBe("process.args[0]");
  expect(pointerWords("/linux/sysctl/net.ipv4~1x")).toBe('linux.sysctl["net.ipv4/x"]');
});

test("valueAt() finds own members only", () => {
  const document = { a: [{ "b/c": 1 }] };
  expect(valueAt(document, "/a/0/b~1c")).toBe(1);
  expect(valueAt(document, "/a/constructor")).toBe(undefined);
  expect(valueAt(document, "/a/0/b~1c/d")).toBe(undefined);
});
