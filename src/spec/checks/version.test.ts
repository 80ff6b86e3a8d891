import { expect, test } from "vitest";
import { findingsOf } from "./spec_under_test.ts";

test.each(["1.0.0", "1.0.2-dev", "1.2.0-rc.1", "1.3.0+build.5"])("ociVersion %s is taken", (ociVersion) => {
  expect(findingsOf({ ociVersion })).toEqual([]);
});

test.each(["", "1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.0-", "2.0.0", "0.9.0", "1.0.0 "])(
  "ociVersion %j is refused",
  (ociVersion) => {
    expect(findingsOf({ ociVersion })).toHaveLength(1);
    expect(findingsOf({ ociVersion })[0]).toMatch(/^error \/ociVersion: /);
  },
);

test("an ociVersion newer than this runtime is only a warning", () => {
  expect(findingsOf({ ociVersion: "1.4.0" })).toEqual([
    'warning /ociVersion: ociVersion "1.4.0" is newer than 1.3: new members are ignored',
  ]);
});
