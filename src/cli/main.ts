import { RuntimeError } from "../errors.ts";
import type { CommandContext, Io } from "./command_context.ts";
import { type CommandName, commandRow, type ParsedGlobals } from "./command_table.ts";
import { commandLoaders } from "./commands.ts";
import { type CliLogger, createLogger, type LogTarget } from "./log.ts";
import { type ParsedCommand, type ParseFailure, parseArgs } from "./parse_args.ts";
import { chooseStateRoot } from "./state_root.ts";

const stdoutFd = 1;
const stderrFd = 2;

/**
 * Runs one command line (without the program's name) and returns the exit status. All decisions about output
 * and status are made in here; only the entry file exits.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(argv);
  let log = loggerFor(parsed.globals, io, stderrTarget(io));
  try {
    switch (parsed.kind) {
      case "version":
        return await printVersion(io);
      case "help":
        return await printHelp(io, parsed.command);
      case "failure":
        log = openLog(parsed.globals, io) ?? log;
        return await reportMistake(parsed, log);
      case "command":
        log = openLog(parsed.globals, io) ?? log;
        return await runCommand(parsed, io, log);
      default:
        return parsed satisfies never;
    }
  } catch (error) {
    log.fatal(asRuntimeError(error, log), "");
    return 1;
  }
}

async function runCommand<N extends CommandName>(
  parsed: ParsedCommand<N>,
  io: Io,
  log: CliLogger,
): Promise<number> {
  const { globals, command, options, positionals } = parsed;
  const { failurePrefix = "", failureStatus = 1 } = commandRow(command);
  const context = createContext(globals, io, log);
  const module = await commandLoaders[command]();
  try {
    return module.run(context, options, positionals);
  } catch (error) {
    log.fatal(asRuntimeError(error, log), failurePrefix);
    return failureStatus;
  }
}

function createContext(globals: ParsedGlobals, io: Io, log: CliLogger): CommandContext {
  return {
    globals,
    root: chooseStateRoot({
      given: globals.root,
      env: io.env,
      cwd: () => io.cwd(),
      euid: () => io.euid(),
      inUserNamespace: () => io.inUserNamespace(),
    }),
    log,
    env: io.env,
    cwd: () => io.cwd(),
    passwd: () => io.passwd(),
    exists: (path) => io.exists(path),
    stdout: (text) => io.write(stdoutFd, text),
    stderr: (text) => io.write(stderrFd, text),
  };
}

async function printVersion(io: Io): Promise<number> {
  const { commit, formatVersion, version } = await import("./version.ts");
  const { specVersion } = await import("../spec/version.ts");
  io.write(stdoutFd, formatVersion({ version, commit, spec: specVersion }));
  return 0;
}

async function printHelp(io: Io, command: CommandName | undefined): Promise<number> {
  const { commandHelp, mainHelp } = await import("./help.ts");
  io.write(stdoutFd, command === undefined ? mainHelp() : commandHelp(command));
  return 0;
}

async function reportMistake(failure: ParseFailure, log: CliLogger): Promise<number> {
  log.fatal(failure.unknown === undefined ? failure.error : await withSuggestion(failure), "");
  return failure.exitStatus;
}

async function withSuggestion({ error, unknown }: ParseFailure): Promise<RuntimeError> {
  const { suggestHint } = await import("./suggest.ts");
  const hint = unknown === undefined ? error.hint : suggestHint(unknown);
  return new RuntimeError(error.code, error.message, { at: error.at, hint });
}

/** The logger for the file of --log; undefined when the log goes to stderr. */
function openLog(globals: ParsedGlobals, io: Io): CliLogger | undefined {
  if (!globals.log) return undefined;
  return loggerFor(globals, io, { fd: io.openLog(globals.log), isStderr: false, isTerminal: false });
}

function loggerFor(globals: ParsedGlobals, io: Io, target: LogTarget): CliLogger {
  return createLogger({
    target,
    format: globals["log-format"],
    debug: globals.debug,
    now: () => io.now(),
    write: (fd, text) => io.write(fd, text),
  });
}

function stderrTarget(io: Io): LogTarget {
  return { fd: stderrFd, isStderr: true, isTerminal: io.isTerminal(stderrFd) };
}

function asRuntimeError(error: unknown, log: CliLogger): RuntimeError {
  if (error instanceof RuntimeError) return error;
  if (error instanceof Error && error.stack !== undefined) log.debug(error.stack);
  return new RuntimeError(
    "internal",
    `internal error: ${error instanceof Error ? error.message : String(error)}`,
    {
      hint: "this is a defect of tsrunc; run it with --debug for the place in the code",
      cause: error,
    },
  );
}
