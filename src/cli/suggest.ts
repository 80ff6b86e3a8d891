/** What was probably meant by a word the parser does not know. Loaded only for that error. */
import { parseSignal } from "../process/signal_names.ts";
import {
  type CommandName,
  commandNames,
  commandRow,
  globalOptions,
  type OptionRow,
} from "./command_table.ts";
import { findOption, type UnknownWord } from "./parse_args.ts";

/** One line for the person at the keyboard, or nothing when no guess is good. */
export function suggestHint(unknown: UnknownWord): string {
  const { word, command } = unknown;
  if (unknown.kind === "command") {
    const meant = closest(word, [...commandNames, "help"]);
    return meant === undefined ? "see 'tsrunc --help'" : `did you mean '${meant}'?`;
  }
  if (command === undefined) return hintBeforeCommand(word);
  if (findOption(globalOptions, word) !== undefined) {
    return `--${word} is a global option: put it before the command`;
  }
  if (command === "kill" && isSignal(word)) return `write the signal without a dash: tsrunc kill ID ${word}`;
  return guessFlag(word, visibleNames(commandRow(command).options)) ?? `see 'tsrunc ${command} --help'`;
}

function hintBeforeCommand(word: string): string {
  const owners = commandNames.filter((name) => hasOption(name, word));
  if (owners.length > 0) return `-${word} is an option of ${owners.join(", ")}: put it after the command`;
  return guessFlag(word, visibleNames(globalOptions)) ?? "see 'tsrunc --help'";
}

function hasOption(command: CommandName, word: string): boolean {
  return findOption(commandRow(command).options, word) !== undefined;
}

function visibleNames(rows: readonly OptionRow[]): string[] {
  return rows.filter((row) => row.hidden !== true).map((row) => row.name);
}

function guessFlag(word: string, names: readonly string[]): string | undefined {
  const meant = closest(word, names);
  return meant === undefined ? undefined : `did you mean --${meant}?`;
}

function isSignal(word: string): boolean {
  try {
    parseSignal(word);
    return true;
  } catch {
    return false;
  }
}

/** The candidate with the fewest edits, if no more than about a third of the word has to change. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(previous[j]! + 1, current[j - 1]! + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, beforePrevious[j - 2]! + 1);
      current.push(least);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}
