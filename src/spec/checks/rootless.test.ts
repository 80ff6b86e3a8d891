import { expect, test } from "vitest";
import { findingsOf } from "./spec_under_test.ts";

test("without root a user namespace is needed", () => {
  expect(findingsOf({ mounts: [] }, { rootless: true })).toEqual([
    "error /linux/namespaces: rootless containers need a user namespace",
  ]);
});
