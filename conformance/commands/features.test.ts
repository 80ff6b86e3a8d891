import { describe, expect } from "vitest";
import { it } from "../support/fixture.ts";
import { isTsrunc } from "../support/runtime.ts";

describe("features", () => {
  it("prints one JSON object with the versions that engines ask for, and nothing on stderr", ({
    runtime,
  }) => {
    const { status, stdout, stderr } = runtime.call(["features"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const features = JSON.parse(stdout);
    expect(features.ociVersionMin).toMatch(/^1\./);
    expect(features.ociVersionMax).toMatch(/^1\./);
    expect(features.linux.namespaces).toContain("pid");
    expect(features.mountOptions).toContain("rro");
  });

  it.skipIf(!isTsrunc)("says that idmapped mounts work, which runc 1.1 lacks", ({ runtime }) => {
    const features = JSON.parse(runtime.ok(["features"]));
    expect(features.linux.mountExtensions.idmap.enabled).toBe(true);
  });
});
