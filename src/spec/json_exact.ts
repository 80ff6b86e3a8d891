import { RuntimeError } from "../errors.ts";
import type { JsonDocument, JsonValue } from "./json.ts";
import { childPointer } from "./json_pointer.ts";

/** Integers longer than this are refused: making a bigint of a megabyte of digits takes minutes. */
const MAX_INTEGER_DIGITS = 1000;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const WORDS = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** Where the parser stands: `path` holds the keys that lead to the value being read. */
interface Cursor {
  readonly text: string;
  readonly path: (string | number)[];
  readonly maxDepth: number;
  position: number;
  mayHaveNulls: boolean;
}

/**
 * The reference parser behind parseJson(): sees every token, so it can refuse what JSON.parse accepts in
 * silence, and say where. It works by native search and slice rather than character by character.
 */
export function parseExactly(text: string, maxDepth: number): JsonDocument {
  const cursor: Cursor = { text, path: [], maxDepth, position: 0, mayHaveNulls: false };
  const value = readValue(cursor);
  skipSpace(cursor);
  if (cursor.position < text.length) fail(cursor, "unexpected text after the document");
  return { value, mayHaveNulls: cursor.mayHaveNulls };
}

function readValue(cursor: Cursor): JsonValue {
  skipSpace(cursor);
  switch (cursor.text[cursor.position]) {
    case "{":
      return readObject(cursor);
    case "[":
      return readArray(cursor);
    case '"':
      return readString(cursor);
    default:
      return readScalar(cursor);
  }
}

function readObject(cursor: Cursor): JsonValue {
  enter(cursor);
  const members: Record<string, JsonValue> = {};
  if (take(cursor, "}")) return members;
  do {
    skipSpace(cursor);
    if (cursor.text[cursor.position] !== '"') fail(cursor, `expected a key in double quotes${found(cursor)}`);
    const start = cursor.position;
    const key = readString(cursor);
    cursor.path.push(key);
    if (Object.hasOwn(members, key)) fail(cursor, `duplicate key ${JSON.stringify(key)}`, start);
    if (!take(cursor, ":")) fail(cursor, `expected ":" after a key${found(cursor)}`);
    const value = readValue(cursor);
    if (value === null) cursor.mayHaveNulls = true;
    // A plain assignment to "__proto__" would set the prototype.
    if (key === "__proto__") {
      Object.defineProperty(members, key, { value, enumerable: true, writable: true, configurable: true });
    } else members[key] = value;
    cursor.path.pop();
  } while (take(cursor, ","));
  if (!take(cursor, "}")) fail(cursor, `expected "," or "}"${found(cursor)}`);
  return members;
}

function readArray(cursor: Cursor): JsonValue {
  enter(cursor);
  const items: JsonValue[] = [];
  if (take(cursor, "]")) return items;
  do {
    cursor.path.push(items.length);
    items.push(readValue(cursor));
    cursor.path.pop();
  } while (take(cursor, ","));
  if (!take(cursor, "]")) fail(cursor, `expected "," or "]"${found(cursor)}`);
  return items;
}

/** Steps over the opening bracket. Each level has one key in the path, so its length is the depth. */
function enter(cursor: Cursor): void {
  if (cursor.path.length >= cursor.maxDepth) fail(cursor, `nested deeper than ${cursor.maxDepth} levels`);
  cursor.position += 1;
}

function readString(cursor: Cursor): string {
  const start = cursor.position;
  const end = stringEnd(cursor);
  cursor.position = end + 1;
  const raw = cursor.text.slice(start, end + 1);
  let value: string;
  try {
    value = JSON.parse(raw) as string;
  } catch {
    const bad = raw.search(/[\u0000-\u001f]|\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})/);
    return fail(cursor, "control character or invalid escape in a string", start + Math.max(bad, 0));
  }
  if (value.includes("\0")) fail(cursor, "a string must not contain NUL", start);
  if (/\p{Surrogate}/u.test(value)) fail(cursor, "a string must not contain a lone surrogate", start);
  return value;
}

/** The position of the quote that closes the string starting here: one with an even run of \ before it. */
function stringEnd(cursor: Cursor): number {
  let end = cursor.position;
  for (;;) {
    end = cursor.text.indexOf('"', end + 1);
    if (end < 0) return fail(cursor, "a string is not closed");
    let before = end;
    while (cursor.text[before - 1] === "\\") before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
}

function readScalar(cursor: Cursor): JsonValue {
  WORD.lastIndex = NUMBER.lastIndex = cursor.position;
  const number = NUMBER.exec(cursor.text);
  if (number !== null) return readNumber(cursor, number);
  const word = WORD.exec(cursor.text)?.[0];
  if (word === undefined) return fail(cursor, `expected a value${found(cursor)}`);
  cursor.position += word.length;
  return WORDS.get(word) as boolean | null;
}

function readNumber(cursor: Cursor, match: RegExpExecArray): JsonValue {
  const token = match[0];
  const value = Number(token);
  const isInteger = match[1] === undefined && match[2] === undefined;
  if (isInteger && token.length > MAX_INTEGER_DIGITS) fail(cursor, "a number has too many digits");
  if (!Number.isFinite(value) && !isInteger) fail(cursor, `the number ${token} is out of range`);
  cursor.position += token.length;
  if (isInteger && !Number.isSafeInteger(value)) return BigInt(token);
  // A zero has no sign here, as in Go.
  return value === 0 ? 0 : value;
}

function skipSpace(cursor: Cursor): void {
  // Compact documents have no space at all.
  if (cursor.text.charCodeAt(cursor.position) > 0x20) return;
  SPACE.lastIndex = cursor.position;
  SPACE.test(cursor.text);
  cursor.position = SPACE.lastIndex;
}

/** Steps over `mark` when it comes next, spaces aside. */
function take(cursor: Cursor, mark: string): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.position] !== mark) return false;
  cursor.position += 1;
  return true;
}

function found(cursor: Cursor): string {
  const point = cursor.text.codePointAt(cursor.position);
  if (point === undefined) return ", found the end of the document";
  if (point === 0xfeff && cursor.position === 0) return ", found a byte order mark";
  return `, found ${JSON.stringify(String.fromCodePoint(point))}`;
}

function fail(cursor: Cursor, reason: string, position: number = cursor.position): never {
  const before = cursor.text.slice(0, position);
  const line = before.split("\n").length;
  const column = position - before.lastIndexOf("\n");
  const at = cursor.path.reduce<string>(childPointer, "");
  throw new RuntimeError("config", `invalid JSON at ${line}:${column}: ${reason}`, { at });
}
