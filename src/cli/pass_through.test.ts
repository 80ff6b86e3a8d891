import { describe, expect, it, vi } from "vitest";
import type * as commandTable from "./command_table.ts";
import { parseArgs } from "./parse_args.ts";

// No command of today passes arguments through; a made-up one shows what such a row does.
vi.mock("./command_table.ts", async (importOriginal) => {
  const real = await importOriginal<typeof commandTable>();
  const row: commandTable.CommandRow = {
    summary: "",
    positionals: { names: ["container-id", "command", "arguments"], min: 1, max: Number.POSITIVE_INFINITY },
    passThrough: true,
    options: [
      { name: "tty", short: "t", kind: "boolean", summary: "" },
      { name: "detach", short: "d", kind: "boolean", summary: "" },
      { name: "env", short: "e", kind: "strings", valueName: "K=V", summary: "" },
      { name: "gids", short: "g", kind: "ints", valueName: "GID", summary: "" },
    ],
  };
  return { ...real, isCommandName: (name: string) => name === "enter", commandRow: () => row };
});

describe("parseArgs() on a row with passThrough", () => {
  it("leaves everything behind the id to the program", () => {
    expect(parseArgs(["enter", "-t", "c1", "sh", "-c", "--help", "--", "-d"])).toMatchObject({
      options: { tty: true, detach: false },
      positionals: ["c1", "sh", "-c", "--help", "--", "-d"],
    });
  });

  it("takes bundled short flags apart and collects repeated ones, commas kept", () => {
    expect(parseArgs(["enter", "-dt", "-e", "A=1,2", "--env=B=", "-g", "5", "-g=6", "c1"])).toMatchObject({
      options: { tty: true, detach: true, env: ["A=1,2", "B="], gids: [5, 6] },
      positionals: ["c1"],
    });
  });

  it("starts every call with empty lists", () => {
    expect(parseArgs(["enter", "c1"])).toMatchObject({ options: { env: [], gids: [] } });
  });
});
