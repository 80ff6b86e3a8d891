import { describe, expect, it } from "vitest";
import { absolutePath } from "./paths.ts";

describe("absolutePath()", () => {
  it.each([
    ["/w", "a", "/w/a"],
    ["/w", ".", "/w"],
    ["/w", "../a/./b//c/", "/a/b/c"],
    ["/w", "/x/../y", "/y"],
    ["/w", "/../..", "/"],
    ["/", "a", "/a"],
  ])("makes %j %j into %j", (cwd, path, expected) => {
    expect(absolutePath(cwd, path)).toBe(expected);
  });
});
