import type { Logger } from "../logger.ts";
import type { CommandName, OptionsOf, ParsedGlobals } from "./command_table.ts";
import { absolutePath } from "./paths.ts";

/** What the command line needs from the process it runs in; the entry file provides it. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
  euid(): number;
  inUserNamespace(): boolean;
  /** The text of /etc/passwd, empty when there is none. */
  passwd(): string;
  exists(path: string): boolean;
  isTerminal(fd: number): boolean;
  /** Milliseconds since 1970. */
  now(): number;
  /** Opens for appending, created with mode 0644, close-on-exec; throws when that fails. */
  openLog(path: string): number;
  /** Writes all of `text`; throws when that fails. */
  write(fd: number, text: string): void;
}

/** What a command is given besides its own options. */
export interface CommandContext {
  readonly globals: ParsedGlobals;
  /** The state root, absolute. */
  readonly root: string;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A question, not a value: it fails in a deleted directory, which matters only to relative paths. */
  cwd(): string;
  passwd(): string;
  exists(path: string): boolean;
  stdout(text: string): void;
  stderr(text: string): void;
}

/** A file in `commands/`. Returns the exit status; throws to fail. */
export interface CommandModule<N extends CommandName> {
  run(context: CommandContext, options: OptionsOf<N>, positionals: readonly string[]): number;
}

/** A path option, made independent of the working directory before anything changes that. */
export function absoluteOption(context: CommandContext, path: string): string {
  return path.startsWith("/") ? absolutePath("/", path) : absolutePath(context.cwd(), path);
}

/** --bundle, which is the working directory unless given. */
export function bundleOption(context: CommandContext, bundle: string | undefined): string {
  return absoluteOption(context, bundle ?? ".");
}
