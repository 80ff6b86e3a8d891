import type { JsonValue } from "./json.ts";

/**
 * The value without the members that are null, at every depth. Go encoders write null for an empty slice
 * or pointer, and Go decoders read it as absent, so every engine and runtime treats the two as one. Items
 * of arrays stay: a null among strings is a mistake.
 */
export function dropNulls(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(dropNulls);
  const members = Object.entries(value).filter(([, member]) => member !== null);
  // fromEntries() defines members, so that a key "__proto__" stays one.
  return Object.fromEntries(members.map(([key, member]) => [key, dropNulls(member)]));
}
