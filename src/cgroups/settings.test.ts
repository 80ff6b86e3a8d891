import { expect, test } from "vitest";
import { missingController } from "./settings.ts";

test.each([
  ["memory", "cannot limit memory: the memory controller is not available in /x"],
  ["io", "cannot limit block I/O: the io controller is not available in /x"],
])("missingController(%s)", (controller, message) => {
  expect(missingController(controller, "/x")).toBe(message);
});
