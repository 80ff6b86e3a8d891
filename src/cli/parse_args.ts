/**
 * argv → options, with the rules engines rely on: one or two dashes for every flag, `--x v` and `--x=v`,
 * flags after the container id, global flags only before the command. On the path of every call, so it
 * imports nothing but the table and the error class.
 */
import { RuntimeError } from "../errors.ts";
import {
  type CommandName,
  type CommandRow,
  commandRow,
  globalOptions,
  helpOption,
  isCommandName,
  type OptionRow,
  type OptionsOf,
  type ParsedGlobals,
} from "./command_table.ts";

export interface ParsedCommand<N extends CommandName> {
  readonly kind: "command";
  readonly globals: ParsedGlobals;
  readonly command: N;
  readonly options: OptionsOf<N>;
  readonly positionals: readonly string[];
}

/** A word that is neither a flag nor a command; `suggest.ts` looks for what was meant. */
export interface UnknownWord {
  readonly kind: "flag" | "command";
  readonly word: string;
  /** The command the flag was given to; undefined before the command. */
  readonly command?: CommandName | undefined;
}

export interface ParseFailure {
  readonly kind: "failure";
  /** What was read before the mistake: the error has to reach the log that --log names. */
  readonly globals: ParsedGlobals;
  readonly error: RuntimeError;
  readonly unknown?: UnknownWord | undefined;
  readonly exitStatus: number;
}

export type ParsedArgs =
  | ParsedCommand<CommandName>
  | ParseFailure
  | { readonly kind: "help"; readonly globals: ParsedGlobals; readonly command?: CommandName }
  | { readonly kind: "version"; readonly globals: ParsedGlobals };

type Values = Record<string, unknown>;

/** Leaves the parser only as a ParseFailure. */
class Mistake extends Error {
  readonly at: string | undefined;
  readonly hint: string | undefined;
  readonly unknown: UnknownWord | undefined;
  readonly exitStatus: number;

  constructor(
    message: string,
    details: { at?: string; hint?: string; unknown?: UnknownWord; exitStatus?: number },
  ) {
    super(message);
    this.at = details.at;
    this.hint = details.hint;
    this.unknown = details.unknown;
    this.exitStatus = details.exitStatus ?? 1;
  }
}

/** Reads the arguments after the program name. Never throws: a mistake is a result like the others. */
export function parseArgs(argv: readonly string[]): ParsedArgs {
  const values = defaultValues(globalOptions);
  const globals = values as unknown as ParsedGlobals;
  try {
    return parse(argv, values, globals);
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const { at, hint, unknown, exitStatus } = error;
    return {
      kind: "failure",
      globals,
      error: new RuntimeError("usage", error.message, { at, hint }),
      unknown,
      exitStatus,
    };
  }
}

function parse(argv: readonly string[], values: Values, globals: ParsedGlobals): ParsedArgs {
  const [first, ...rest] = readFlags(argv, 0, globalOptions, values, true, undefined);
  if (globals.version) return { kind: "version", globals };
  if (globals.help || first === undefined) return { kind: "help", globals };
  if (first === "help") return { kind: "help", globals, ...helpTopic(rest[0]) };
  const command = checkCommand(first);
  const row = commandRow(command);
  const options = defaultValues(row.options);
  const positionals = readFlags(rest, 0, row.options, options, row.passThrough === true, command);
  if (options[helpOption.name] === true) return { kind: "help", globals, command };
  checkPositionals(command, row, positionals);
  return { kind: "command", globals, command, options: options as OptionsOf<CommandName>, positionals };
}

function helpTopic(word: string | undefined): { command?: CommandName } {
  return word === undefined || word.startsWith("-") || word === "help" ? {} : { command: checkCommand(word) };
}

/** The wording and the status 3 are runc's. */
function checkCommand(word: string): CommandName {
  if (isCommandName(word)) return word;
  throw new Mistake(`No help topic for '${word}'`, { unknown: { kind: "command", word }, exitStatus: 3 });
}

function checkPositionals(command: CommandName, row: CommandRow, given: readonly string[]): void {
  const { names, min, max } = row.positionals;
  if (given.length < min || given.length > max) {
    const bound = given.length < min ? min : max;
    const how = min === max ? "exactly" : given.length < min ? "a minimum of" : "a maximum of";
    throw new Mistake(`"${command}" requires ${how} ${bound} argument${bound === 1 ? "" : "s"}`, {
      hint: `see 'tsrunc ${command} --help'`,
    });
  }
  if (names[0] === "container-id" && given[0] === "") throw new Mistake("container id cannot be empty", {});
}

/**
 * Reads flags into `values` and returns what is not a flag. With `stopAtPositional` the first positional and
 * all behind it are returned untouched: behind the globals stands the command, behind the id of `exec` the
 * program with flags of its own.
 */
function readFlags(
  args: readonly string[],
  from: number,
  rows: readonly OptionRow[],
  values: Values,
  stopAtPositional: boolean,
  command: CommandName | undefined,
): string[] {
  const positionals: string[] = [];
  for (let index = from; index < args.length; ) {
    const arg = args[index] as string;
    if (arg === "--") return positionals.concat(args.slice(index + 1));
    if (arg.length < 2 || !arg.startsWith("-")) {
      if (stopAtPositional) return args.slice(index);
      positionals.push(arg);
      index += 1;
      continue;
    }
    index += readFlag(arg, args[index + 1], rows, values, command);
    // Help wins over whatever is wrong further on.
    if (values[helpOption.name] === true) return positionals;
  }
  return positionals;
}

/** Reads one flag and returns how many arguments it used. */
function readFlag(
  arg: string,
  next: string | undefined,
  rows: readonly OptionRow[],
  values: Values,
  command: CommandName | undefined,
): number {
  const body = arg.slice(arg.startsWith("--") ? 2 : 1);
  const equals = body.indexOf("=");
  const word = equals < 0 ? body : body.slice(0, equals);
  if (word === "" || word.startsWith("-")) throw new Mistake(`bad flag syntax: ${arg}`, { at: arg });
  const row = findOption(rows, word);
  if (row === undefined) {
    const bundled = arg.startsWith("--") || equals >= 0 ? undefined : bundledBooleans(rows, word);
    if (bundled === undefined) {
      throw new Mistake(`flag provided but not defined: -${word}`, {
        at: arg,
        unknown: { kind: "flag", word, command },
      });
    }
    for (const each of bundled) values[each.name] = true;
    return 1;
  }
  if (row.kind === "boolean") {
    values[row.name] = equals < 0 || readBoolean(row, body.slice(equals + 1));
    return 1;
  }
  const value = equals < 0 ? next : body.slice(equals + 1);
  if (value === undefined) throw new Mistake(`flag needs an argument: -${word}`, { at: `--${row.name}` });
  setValue(row, value, values);
  return equals < 0 ? 2 : 1;
}

/** The row of a flag by its long or short name, written with either number of dashes. */
export function findOption(rows: readonly OptionRow[], word: string): OptionRow | undefined {
  for (const row of rows) if (row.name === word || row.short === word) return row;
  return word === helpOption.name || word === helpOption.short ? helpOption : undefined;
}

/** `-dt` for `-d -t`: what runc lacks and people type. Only for flags without a value. */
function bundledBooleans(rows: readonly OptionRow[], letters: string): OptionRow[] | undefined {
  const found: OptionRow[] = [];
  for (const letter of letters) {
    const row = rows.find((each) => each.short === letter);
    if (row?.kind !== "boolean") return undefined;
    found.push(row);
  }
  return found;
}

function setValue(row: OptionRow, text: string, values: Values): void {
  switch (row.kind) {
    case "string":
      values[row.name] = readString(row, text);
      return;
    case "int":
      values[row.name] = readInt(row, text);
      return;
    case "strings":
      (values[row.name] as string[]).push(text);
      return;
    case "ints":
      (values[row.name] as number[]).push(readInt(row, text));
      return;
    case "boolOrAuto":
      values[row.name] = text === "auto" ? text : readBoolean(row, text);
      return;
    case "boolean":
      values[row.name] = readBoolean(row, text);
      return;
    default:
      row.kind satisfies never;
  }
}

function readString(row: OptionRow, text: string): string {
  if (row.choices === undefined) return text;
  if (text === "" && typeof row.default === "string") return row.default;
  if (row.choices.includes(text)) return text;
  throw new Mistake(`${row.badChoice ?? `invalid value for flag -${row.name}`}: ${text}`, {
    at: `--${row.name}`,
    hint: `one of: ${row.choices.join(", ")}`,
  });
}

/** The spellings of Go's boolean flags, which callers' generated command lines use. */
function readBoolean(row: OptionRow, text: string): boolean {
  switch (text) {
    case "1":
    case "t":
    case "T":
    case "true":
    case "True":
    case "TRUE":
      return true;
    case "0":
    case "f":
    case "F":
    case "false":
    case "False":
    case "FALSE":
      return false;
    default:
      throw new Mistake(`invalid boolean value "${text}" for -${row.name}: parse error`, {
        at: `--${row.name}`,
        hint: row.kind === "boolOrAuto" ? "one of: true, false, auto" : "one of: true, false",
      });
  }
}

function readInt(row: OptionRow, text: string): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new Mistake(`invalid value "${text}" for flag -${row.name}: parse error`, { at: `--${row.name}` });
}

function defaultValues(rows: readonly OptionRow[]): Values {
  const values: Values = {};
  for (const row of rows) {
    if (row.kind === "boolean") values[row.name] = false;
    else if (row.kind === "strings" || row.kind === "ints") values[row.name] = [];
    else values[row.name] = row.default;
  }
  return values;
}
