import { RuntimeError } from "../errors.ts";
import { parseExactly } from "./json_exact.ts";

export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

/**
 * An ordinary object. A key "__proto__" is an own data member of it, as with JSON.parse, so it never
 * changes a prototype. Enumerate maps with Object.entries, and look names up with Object.hasOwn.
 */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export interface JsonLimits {
  readonly maxBytes?: number | undefined;
  readonly maxDepth?: number | undefined;
}

export interface JsonDocument {
  readonly value: JsonValue;
  /** False when no member of an object is null: the readers of configs drop those, see drop_nulls.ts. */
  readonly mayHaveNulls: boolean;
}

/** Sixteen MiB is far beyond any config.json and far below what hurts. */
const MAX_BYTES = 16 * 1024 * 1024;
/** The specification needs about ten levels; Go's decoder stops at 10000. A thousand never hurts the stack. */
const MAX_DEPTH = 1000;

/**
 * JSON with nothing lost and nothing guessed. An integer is a number while that is exact, else a bigint.
 * Duplicate keys, NUL, lone surrogates, invalid UTF-8, a byte order mark, numbers beyond the range of a
 * double, and documents too deep or too large are refused, with the JSON pointer of the place in `at`.
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = {}): JsonValue {
  return parseJsonDocument(bytes, limits).value;
}

/** As parseJson(), with what was learnt on the way. */
export function parseJsonDocument(bytes: Uint8Array, limits: JsonLimits = {}): JsonDocument {
  const maxBytes = limits.maxBytes ?? MAX_BYTES;
  if (bytes.length > maxBytes) {
    throw new RuntimeError("config", `the JSON document is larger than ${maxBytes} bytes`, { at: "" });
  }
  const maxDepth = limits.maxDepth ?? MAX_DEPTH;
  const text = decodeUtf8(bytes);
  return parseFast(text, maxDepth) ?? parseExactly(text, maxDepth);
}

const SIXTEEN_DIGITS = /\d{16}/;
/** A number the exact parser would read as a bigint; or, without harm, a string with such digits in it. */
const LONG_INTEGER = /(?:^|[:[, \t\n\r])-?\d{16}/;
const OPENING_BRACKET = /[[{]/g;
/** Escapes that JSON.parse takes and writes back unchanged, and that are refused here. */
const REFUSED_ESCAPE = /\\u(?:0000|d[89a-f])/;
/** What Go's encoder escapes and JSON.stringify does not: < > and &. */
const GO_ESCAPE = /\\u00(?:3c|3e|26)/g;

/**
 * JSON.parse at native speed, when its result is provably the exact one; undefined when in doubt.
 *
 * The proof: writing the value back gives the very text that was read. So nothing was lost, since what
 * JSON.stringify writes has no duplicate key and no number that a double cannot hold. Three things survive
 * that round trip and are looked for by themselves: long integers, NUL and lone surrogates, and depth.
 * Engines write compact JSON and `spec` writes tabs, so nearly every real config takes this road.
 */
function parseFast(text: string, maxDepth: number): JsonDocument | undefined {
  // The first test is by far the cheaper one, and mostly settles it.
  if (SIXTEEN_DIGITS.test(text) && LONG_INTEGER.test(text)) return undefined;
  // All opening brackets, those in strings too, bound the depth from above.
  if ((text.match(OPENING_BRACKET)?.length ?? 0) > maxDepth) return undefined;
  let expected = text.trimEnd();
  if (text.includes("\\u")) {
    if (REFUSED_ESCAPE.test(text)) return undefined;
    // An escaped backslash before "u003c" becomes "\<", which JSON.stringify never writes: still no proof.
    expected = expected.replace(GO_ESCAPE, (escaped) => JSON.parse(`"${escaped}"`) as string);
  }
  try {
    const value = JSON.parse(text) as JsonValue;
    const indent = /^[[{]\n([ \t]+)/.exec(text)?.[1];
    if (JSON.stringify(value, undefined, indent) !== expected) return undefined;
    return { value, mayHaveNulls: text.includes("null") };
  } catch {
    return undefined;
  }
}

/** Strict UTF-8; the byte order mark stays in the text, where both parsers refuse it. */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const offset = validUtf8Length(bytes);
    throw new RuntimeError("config", `invalid JSON: byte ${offset} is not valid UTF-8`, { at: "" });
  }
}

/** Where the lenient decoder starts to change things: from there on, its output encodes to other bytes. */
function validUtf8Length(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const repaired = new TextEncoder().encode(decoder.decode(bytes));
  let offset = 0;
  while (bytes[offset] === repaired[offset]) offset += 1;
  return offset;
}
