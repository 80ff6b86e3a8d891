import { readdirSync } from "node:fs";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  commandNames,
  commandRow,
  globalOptions,
  helpOption,
  isCommandName,
  type OptionRow,
  type OptionsOf,
  type ParsedGlobals,
} from "./command_table.ts";
import { commandLoaders } from "./commands.ts";
import { commandHelp, mainHelp } from "./help.ts";
import { type ParsedArgs, parseArgs } from "./parse_args.ts";

const optionLists: [string, readonly OptionRow[]][] = [
  ["the globals", globalOptions],
  ...commandNames.map((name): [string, readonly OptionRow[]] => [name, commandRow(name).options]),
];

describe("the command table", () => {
  it("has a loader for every command, and a command for every loader", () => {
    expect(Object.keys(commandLoaders).sort()).toEqual([...commandNames].sort());
  });

  it("has a file for every command, and a command for every file", () => {
    const helpers = ["create_request"];
    const files = readdirSync(new URL("./commands/", import.meta.url))
      .filter((file) => !file.endsWith(".test.ts"))
      .map((file) => file.replace(/\.ts$/, ""));
    expect(files.filter((file) => !helpers.includes(file)).sort()).toEqual([...commandNames].sort());
  });

  it.each(optionLists)("gives no two options of %s the same name", (_, rows) => {
    const names = rows.flatMap(({ name, short }) => (short === undefined ? [name] : [name, short]));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(optionLists)("names the value of every option of %s that takes one", (_, rows) => {
    for (const row of rows)
      expect([row.name, row.kind !== "boolean"]).toEqual([row.name, row.valueName !== undefined]);
  });

  it.each(optionLists)("gives options of %s defaults that they accept", (_, rows) => {
    for (const { choices, default: value } of rows) if (choices) expect(choices).toContain(value);
  });

  it("shows every command in the main help, and every visible option in its help", () => {
    for (const name of commandNames) expect(mainHelp()).toContain(`  tsrunc ${name} `);
    for (const { name } of globalOptions) expect(mainHelp()).toContain(`--${name}`);
    for (const command of commandNames) {
      for (const { name, hidden } of [...commandRow(command).options, helpOption] as OptionRow[]) {
        if (hidden === true) expect(commandHelp(command)).not.toContain(`--${name}`);
        else expect(commandHelp(command)).toContain(`--${name}`);
      }
    }
  });
});

describe("OptionsOf", () => {
  it("has the types that the rows promise", () => {
    expectTypeOf<OptionsOf<"list">>().toEqualTypeOf<{
      readonly format: "table" | "json";
      readonly quiet: boolean;
    }>();
    expectTypeOf<OptionsOf<"create">["bundle"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<OptionsOf<"run">["preserve-fds"]>().toEqualTypeOf<number>();
    expectTypeOf<ParsedGlobals["rootless"]>().toEqualTypeOf<boolean | "auto">();
  });
});

/** A value that an option accepts and that is not its default. */
function sampleValue(row: OptionRow): { text: string; value: unknown } {
  switch (row.kind) {
    case "boolean":
      return { text: "true", value: true };
    case "boolOrAuto":
      return { text: "false", value: false };
    case "int":
      return { text: "7", value: 7 };
    case "ints":
      return { text: "7", value: [7] };
    case "strings":
      return { text: "x", value: ["x"] };
    case "string": {
      const text = row.choices?.find((choice) => choice !== row.default) ?? "x";
      return { text, value: text };
    }
  }
}

function valuesOf(parsed: ParsedArgs): Readonly<Record<string, unknown>> {
  if (parsed.kind !== "command") throw new Error(`not a command: ${JSON.stringify(parsed)}`);
  return { ...parsed.globals, ...parsed.options };
}

describe("parseArgs()", () => {
  const forms = (row: OptionRow): string[][] => {
    const { text } = sampleValue(row);
    return [row.name, row.short ?? row.name].flatMap((name) => [
      ...(row.kind === "boolean"
        ? [[`--${name}`], [`-${name}`]]
        : [
            [`--${name}`, text],
            [`-${name}`, text],
          ]),
      [`--${name}=${text}`],
      [`-${name}=${text}`],
    ]);
  };

  it.each(commandNames)(
    "reads every option of %s in every form, before and, unless what follows is passed through, after",
    (name) => {
      expect(isCommandName(name)).toBe(true);
      const { options, positionals, passThrough = false } = commandRow(name);
      const words = Array.from({ length: positionals.min }, () => "c1");
      for (const row of options as readonly OptionRow[]) {
        for (const form of forms(row)) {
          expect(valuesOf(parseArgs([name, ...form, ...words]))[row.name]).toEqual(sampleValue(row).value);
          if (passThrough) continue;
          expect(valuesOf(parseArgs([name, ...words, ...form]))[row.name]).toEqual(sampleValue(row).value);
        }
      }
    },
  );

  it("reads every global option in every form", () => {
    for (const row of globalOptions) {
      if (row.name === "help" || row.name === "version") continue;
      for (const form of forms(row)) {
        expect(valuesOf(parseArgs([...form, "state", "c1"]))[row.name]).toEqual(sampleValue(row).value);
      }
    }
  });
});
