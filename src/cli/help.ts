/**
 * Help texts, laid out by yargs from the command table. yargs parses nothing here and is loaded for help
 * alone: with it, every start would take three times as long.
 */
import yargs from "yargs";
import {
  type CommandName,
  type CommandRow,
  commandNames,
  commandRow,
  globalOptions,
  helpOption,
  type OptionRow,
} from "./command_table.ts";

/** The same on every terminal and in every pipe, so that help can be compared and documented. */
const width = 100;

/** `tsrunc --help`. */
export function mainHelp(): string {
  const page = newPage([
    "NAME:",
    "tsrunc - Open Container Initiative runtime",
    "",
    "USAGE:",
    "tsrunc [global options] <command> [options] [arguments]",
  ]);
  for (const name of commandNames) page.command(name, commandRow(name).summary);
  page.command("help", "show this, or the help of a command");
  addOptions(page, globalOptions, "Global options:");
  page.epilogue("See 'tsrunc <command> --help' for the options of a command.");
  return render(page);
}

/** `tsrunc <command> --help`. */
export function commandHelp(command: CommandName): string {
  const row = commandRow(command);
  const usage = `tsrunc ${command} [options]${usagePositionals(row)}`;
  const page = newPage(["NAME:", `tsrunc ${command} - ${row.summary}`, "", "USAGE:", usage]);
  addOptions(page, [...row.options, helpOption], "Options:");
  return render(page);
}

function usagePositionals({ positionals: { names, min }, passThrough }: CommandRow): string {
  const words = names.map((name, index) => (index < min ? ` <${name}>` : ` [${name}]`));
  return words.join("") + (passThrough === true ? " ..." : "");
}

type Page = ReturnType<typeof yargs>;

/**
 * yargs reads locale files from beside its own source, a place that a single executable does not have. A
 * locale without a file makes it use the English texts in its code, whatever LANG says.
 */
function newPage(usage: readonly string[]): Page {
  const page = yargs([], "/").locale("none").scriptName("tsrunc").exitProcess(false).wrap(width);
  return page.help(false).version(false).usage(usage.join("\n"));
}

/** yargs knows no value names, so they ride on the key, which help prints as it stands. */
function addOptions(page: Page, rows: readonly OptionRow[], group: string): void {
  for (const row of rows) {
    if (row.hidden === true) continue;
    page.option(row.valueName === undefined ? row.name : `${row.name} ${row.valueName}`, {
      group,
      describe: row.summary,
      ...(row.short !== undefined && { alias: row.short }),
      ...(row.choices !== undefined && { choices: row.choices }),
      ...(row.default !== undefined && { default: row.default }),
    });
  }
}

function render(page: Page): string {
  let text = "";
  page.showHelp((help) => {
    text = help;
  });
  return `${text}\n`;
}
