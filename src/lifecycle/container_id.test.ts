import { describe, expect, it } from "vitest";
import { checkContainerId } from "./container_id.ts";

describe("checkContainerId()", () => {
  it.each(["a", "A.b_c+d-1", "..a", "0"])("takes %s", (id) => {
    expect(() => checkContainerId(id)).not.toThrow();
  });

  it.each(["", ".", "..", "a/b", "a b", "a\n", "ä", "$(x)", "x".repeat(1025)])("refuses %j", (id) => {
    expect(() => checkContainerId(id)).toThrow(/container id cannot be empty|invalid container ID format/);
  });
});
