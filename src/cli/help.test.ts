import { describe, expect, it } from "vitest";
import { commandNames } from "./command_table.ts";
import { commandHelp, mainHelp } from "./help.ts";

const pages = [mainHelp(), ...commandNames.map(commandHelp)];

describe("help", () => {
  it("lays out a command's page like this", () => {
    expect(commandHelp("list")).toBe(`NAME:
tsrunc list - list the containers under the state root

USAGE:
tsrunc list [options]

Options:
  -f, --format FORMAT  form of the list                [choices: "table", "json"] [default: "table"]
  -q, --quiet          print ids only
  -h, --help           show help
`);
  });

  it("shows which arguments may be left out", () => {
    expect(commandHelp("kill")).toContain("tsrunc kill [options] <container-id> [signal]\n");
  });

  it("stays within 100 columns, without colours or trailing blanks", () => {
    for (const line of pages.join("").split("\n")) {
      expect(line.length).toBeLessThanOrEqual(100);
      expect(line).toMatch(/^[\x21-\x7e ]*(?<! )$/);
    }
  });

  it("does not depend on the locale", () => {
    const before = process.env.LC_ALL;
    process.env.LC_ALL = "de_DE.UTF-8";
    expect(mainHelp()).toBe(pages[0]);
    if (before === undefined) delete process.env.LC_ALL;
    else process.env.LC_ALL = before;
  });
});
