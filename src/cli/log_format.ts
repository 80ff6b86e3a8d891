import type { LogFields } from "../logger.ts";

/** The levels have logrus's names: engines decode lines that logrus could have written. */
export type LogLevel = "debug" | "warning" | "error";

export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly timeMs: number;
  readonly fields: LogFields;
}

/** One JSON object, keys sorted, as `--log-format json` promises. */
export function formatJsonRecord(record: LogRecord): string {
  const { level, message: msg, timeMs, fields } = record;
  const members: Record<string, unknown> = { ...fields, level, msg, time: formatTime(timeMs) };
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(members).sort()) sorted[key] = members[key];
  return `${JSON.stringify(sorted)}\n`;
}

/** `time="..." level=error msg="..."`, then the fields in the order of their names. */
export function formatTextRecord(record: LogRecord): string {
  const { level, message, timeMs, fields } = record;
  let line = `time=${quote(formatTime(timeMs))} level=${level} msg=${quote(message)}`;
  for (const key of Object.keys(fields).sort()) {
    const value = fields[key];
    if (value !== undefined) line += ` ${key}=${quote(String(value))}`;
  }
  return `${line}\n`;
}

/** For a person at a terminal: what happened, then what can be done about it. */
export function formatTerminalRecord(record: LogRecord): string {
  return formatPlain(`${record.level}: ${record.message}`, record.fields.hint);
}

/** The message without level and time, and the hint on a line of its own. */
export function formatPlain(message: string, hint: string | number | undefined): string {
  return `${visible(message)}\n${hint === undefined ? "" : `hint: ${visible(String(hint))}\n`}`;
}

/**
 * Text with control and invisible characters spelled out. Messages quote config.json, which the container's
 * author wrote: it must not move the cursor or recolour the terminal of the one who runs the container.
 */
export function visible(text: string): string {
  return text.replace(/[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

/** RFC 3339 in whole seconds: containerd's decoder gives up on a line whose time it cannot read. */
export function formatTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** Quotes the values that logrus quotes. */
function quote(value: string): string {
  if (/^[A-Za-z0-9._/@^+-]*$/.test(value)) return value;
  return JSON.stringify(value).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0)!;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, "0");
}
