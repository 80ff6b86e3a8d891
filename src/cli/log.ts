import type { RuntimeError } from "../errors.ts";
import type { LogFields, Logger } from "../logger.ts";
import {
  formatJsonRecord,
  formatPlain,
  formatTerminalRecord,
  formatTextRecord,
  type LogLevel,
  type LogRecord,
} from "./log_format.ts";

export interface LogTarget {
  readonly fd: number;
  /** stderr: nothing, in whatever form, may appear on it when the command succeeds. */
  readonly isStderr: boolean;
  readonly isTerminal: boolean;
}

export interface LogSettings {
  readonly target: LogTarget;
  readonly format: "text" | "json";
  readonly debug: boolean;
  now(): number;
  write(fd: number, text: string): void;
}

export interface CliLogger extends Logger {
  /** The one error record of a failed command. */
  fatal(error: RuntimeError, prefix: string): void;
}

const stderrFd = 2;

export function createLogger(settings: LogSettings): CliLogger {
  const emit = (level: LogLevel, message: string, fields: LogFields) => {
    writeRecord(settings, { level, message, timeMs: settings.now(), fields });
  };
  return {
    debug(message, fields = {}) {
      if (settings.debug) emit("debug", message, fields);
    },
    warning(message, fields = {}) {
      if (settings.debug || takesWarnings(settings)) emit("warning", message, fields);
    },
    fatal(error, prefix) {
      const { code, errno, at, hint } = error;
      const message = `${prefix}${error.message}`;
      emit("error", message, { code, errno, at, hint });
      if (!settings.target.isStderr) writeOrGiveUp(settings, stderrFd, formatPlain(message, hint));
    },
  };
}

/**
 * Where a warning does no harm without --debug. Podman reads a JSON log file as one object, so a warning in
 * front of the error hides the error. containerd parses stdout and stderr of `state` together, so stderr
 * stays silent on success, unless a person reads it.
 */
function takesWarnings({ target, format }: LogSettings): boolean {
  return target.isStderr ? target.isTerminal : format === "text";
}

function writeRecord(settings: LogSettings, record: LogRecord): void {
  writeOrGiveUp(settings, settings.target.fd, formatRecord(settings, record));
}

function formatRecord({ format, target }: LogSettings, record: LogRecord): string {
  if (format === "json") return formatJsonRecord(record);
  return target.isTerminal ? formatTerminalRecord(record) : formatTextRecord(record);
}

/** A full disk or a closed pipe must not turn into a second failure, or make a good command fail. */
function writeOrGiveUp(settings: LogSettings, fd: number, text: string): void {
  try {
    settings.write(fd, text);
  } catch {
    // There is no place left to report it.
  }
}
