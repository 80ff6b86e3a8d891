import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatVersion, version } from "./version.ts";

describe("version", () => {
  it("is the version of the package", () => {
    expect(version).toBe(
      JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version,
    );
  });
});

describe("formatVersion()", () => {
  it("names the program first, then commit and spec on lines of their own", () => {
    const text = formatVersion({ version: "1.2.3", commit: "abc", spec: "1.3.0" });
    expect(text).toBe("tsrunc version 1.2.3\ncommit: abc\nspec: 1.3.0\n");
  });

  it("has the word version on one line only, because Docker believes the last", () => {
    const text = formatVersion({ version: "1.2.3", spec: "1.3.0" });
    expect(text.split("\n").filter((line) => line.includes("version"))).toHaveLength(1);
    expect(text).not.toContain("commit");
  });
});
