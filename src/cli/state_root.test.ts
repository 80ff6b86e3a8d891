import { describe, expect, it } from "vitest";
import { chooseStateRoot, type StateRootFacts } from "./state_root.ts";

const xdg = "/run/user/1000";

function choose(facts: Partial<StateRootFacts>): string {
  return chooseStateRoot({
    given: undefined,
    env: {},
    cwd: () => "/work",
    euid: () => 0,
    inUserNamespace: () => false,
    ...facts,
  });
}

describe("chooseStateRoot()", () => {
  it("is /run/tsrunc for root, with or without XDG_RUNTIME_DIR", () => {
    expect(choose({})).toBe("/run/tsrunc");
    expect(choose({ env: { XDG_RUNTIME_DIR: xdg } })).toBe("/run/tsrunc");
  });

  it("is below XDG_RUNTIME_DIR for everyone else", () => {
    expect(choose({ euid: () => 1000, env: { XDG_RUNTIME_DIR: xdg, USER: "root" } })).toBe(`${xdg}/tsrunc`);
    expect(choose({ euid: () => 1000, env: { XDG_RUNTIME_DIR: "" } })).toBe("/run/tsrunc");
  });

  it("is below XDG_RUNTIME_DIR for root of a user namespace, unless $USER is root", () => {
    const inside = { inUserNamespace: () => true };
    expect(choose({ ...inside, env: { XDG_RUNTIME_DIR: xdg } })).toBe(`${xdg}/tsrunc`);
    expect(choose({ ...inside, env: { XDG_RUNTIME_DIR: xdg, USER: "ann" } })).toBe(`${xdg}/tsrunc`);
    expect(choose({ ...inside, env: { XDG_RUNTIME_DIR: xdg, USER: "root" } })).toBe("/run/tsrunc");
  });

  it("is --root, made absolute, when given", () => {
    expect(choose({ given: "states" })).toBe("/work/states");
    expect(choose({ given: "/a/../b/" })).toBe("/b");
  });

  it.each(["/", "//", "/..", "/a/.."])("refuses --root %s", (given) => {
    expect(() => choose({ given })).toThrow("Option --root argument should not be set to /");
  });

  it("refuses an empty --root", () => {
    expect(() => choose({ given: "" })).toThrow("--root");
  });
});
