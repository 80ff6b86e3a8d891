import { describe, expect, it } from "vitest";
import { describeFeatures } from "./features.ts";
import { findFeaturesErrors } from "./spec/schema_errors.gen.js";

describe("describeFeatures()", () => {
  const features = describeFeatures("1.2.3", "abc");

  it("follows the schema of the features document", () => {
    expect(findFeaturesErrors(features)).toEqual([]);
  });

  it("switches on what engines look for before they use it", () => {
    expect(features.ociVersionMin).toBe("1.0.0");
    expect(features.ociVersionMax).toBe("1.3.0");
    expect(features.mountOptions).toContain("rro");
    expect(features.linux?.namespaces).toContain("user");
    expect(features.linux?.mountExtensions?.idmap?.enabled).toBe(true);
  });

  it("lists every hook kind and every capability once", () => {
    expect(features.hooks).toHaveLength(6);
    expect(new Set(features.linux?.capabilities).size).toBe(41);
  });
});
