import { expect, test } from "vitest";
import { HOOK_NAMES } from "./hooks.ts";
import { findingsOf } from "./spec_under_test.ts";

test("every hook needs an absolute path and a timeout above zero", () => {
  for (const name of HOOK_NAMES) {
    expect(
      findingsOf({
        hooks: {
          [name]: [
            { path: "/bin/true", timeout: 1 },
            { path: "true", timeout: 0 },
          ],
        },
      }),
    ).toEqual([
      `error /hooks/${name}/1/path: the path of a hook must be absolute, not "true"`,
      `error /hooks/${name}/1/timeout: the timeout of a hook must be greater than zero, not 0`,
    ]);
  }
});
