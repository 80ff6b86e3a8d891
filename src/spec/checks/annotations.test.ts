import { expect, test } from "vitest";
import { findingsOf } from "./spec_under_test.ts";

test("an annotation needs a key", () => {
  expect(findingsOf({ annotations: { "": "x", y: "" } })).toEqual([
    "error /annotations/: the key of an annotation must not be empty",
  ]);
});
