/**
 * JSON.stringify() that also writes bigints, as the integers they are. `indent` is the text of one level,
 * "" for one line. Members that are undefined are left out. For plain data only: toJSON methods count
 * only while there is no bigint.
 */
export function stringifyJson(value: unknown, indent = ""): string {
  try {
    return JSON.stringify(value, undefined, indent) ?? "null";
  } catch (error) {
    // The native function throws a TypeError at the first bigint, and so at no cost to all other documents.
    if (!(error instanceof TypeError)) throw error;
    return write(value, indent, "\n");
  }
}

/** `newline` is the line break with the indentation of the level that `value` stands on. */
function write(value: unknown, indent: string, newline: string): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const inner = newline + indent;
  if (Array.isArray(value)) {
    const items = value.map((item) => write(item, indent, inner));
    return wrap("[", items, "]", indent === "" ? undefined : [inner, newline]);
  }
  const colon = indent === "" ? ":" : ": ";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => JSON.stringify(key) + colon + write(member, indent, inner));
  return wrap("{", members, "}", indent === "" ? undefined : [inner, newline]);
}

function wrap(
  open: string,
  parts: readonly string[],
  close: string,
  breaks: readonly [inner: string, outer: string] | undefined,
): string {
  if (breaks === undefined || parts.length === 0) return open + parts.join(",") + close;
  return open + breaks[0] + parts.join(`,${breaks[0]}`) + breaks[1] + close;
}
