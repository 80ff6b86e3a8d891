import { describe, expect, it } from "vitest";
import { closest, editDistance, suggestHint } from "./suggest.ts";

describe("suggestHint()", () => {
  it("names the command that was meant", () => {
    expect(suggestHint({ kind: "command", word: "strat" })).toBe("did you mean 'start'?");
    expect(suggestHint({ kind: "command", word: "hlep" })).toBe("did you mean 'help'?");
  });

  it("points at the help when nothing is close", () => {
    expect(suggestHint({ kind: "command", word: "frobnicate" })).toBe("see 'tsrunc --help'");
    expect(suggestHint({ kind: "flag", word: "xyzzy", command: "create" })).toBe(
      "see 'tsrunc create --help'",
    );
    expect(suggestHint({ kind: "flag", word: "xyzzy" })).toBe("see 'tsrunc --help'");
  });

  it("names the flag that was meant", () => {
    expect(suggestHint({ kind: "flag", word: "bundel", command: "create" })).toBe("did you mean --bundle?");
    expect(suggestHint({ kind: "flag", word: "log-fromat" })).toBe("did you mean --log-format?");
  });

  it("sends a global flag in front of the command", () => {
    expect(suggestHint({ kind: "flag", word: "root", command: "state" })).toContain(
      "put it before the command",
    );
  });

  it("sends the flag of a command behind it", () => {
    expect(suggestHint({ kind: "flag", word: "bundle" })).toBe(
      "-bundle is an option of create, run, spec, plan, validate: put it after the command",
    );
  });

  it("knows the dash that people put before a signal", () => {
    expect(suggestHint({ kind: "flag", word: "9", command: "kill" })).toContain("tsrunc kill ID 9");
    expect(suggestHint({ kind: "flag", word: "KILL", command: "kill" })).toContain("without a dash");
  });
});

describe("closest()", () => {
  it("guesses nothing when a short word would have to change entirely", () => {
    expect(closest("ab", ["cd"])).toBeUndefined();
  });
});

describe("editDistance()", () => {
  it.each([
    ["", "abc", 3],
    ["abc", "abc", 0],
    ["kitten", "sitting", 3],
    ["strat", "start", 1],
  ])("turns %j into %j with %i edits", (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });
});
