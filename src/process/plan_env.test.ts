import { describe, expect, it } from "vitest";
import { environmentValue, uniqueEnvironment } from "./plan_env.ts";

describe("uniqueEnvironment()", () => {
  it("keeps the last entry of a name, where it stood", () => {
    expect(uniqueEnvironment(["A=1", "B=2", "A=3"])).toEqual(["B=2", "A=3"]);
  });

  it("takes only what stands before the first = for the name", () => {
    expect(uniqueEnvironment(["A=x=1", "A=x=2", "AB=1"])).toEqual(["A=x=2", "AB=1"]);
  });
});

describe("environmentValue()", () => {
  it("is the value of the last entry, and undefined without one", () => {
    expect(environmentValue(["PATH=/a", "PATH=/b=c"], "PATH")).toBe("/b=c");
    expect(environmentValue(["PATHS=/a"], "PATH")).toBeUndefined();
  });
});
