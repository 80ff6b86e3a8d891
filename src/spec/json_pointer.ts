/** JSON pointers (RFC 6901): how an error names a place in a document, and how a person reads it. */

/** The pointer of the member `key` of the value at `at`. */
export function childPointer(at: string, key: string | number): string {
  const token = typeof key === "number" ? key : key.replaceAll("~", "~0").replaceAll("/", "~1");
  return `${at}/${token}`;
}

/** "/mounts/0" → ["mounts", "0"]. */
export function pointerTokens(at: string): readonly string[] {
  if (at === "") return [];
  return at
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The value at `at`, or undefined when the document has no such place. */
export function valueAt(document: unknown, at: string): unknown {
  let value = document;
  for (const token of pointerTokens(at)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as Record<string, unknown>)[token];
  }
  return value;
}

const PLAIN_NAME = /^[A-Za-z_][\w-]*$/;

/** "/mounts/0/options" → `mounts[0].options`; the root is "the document". */
export function pointerWords(at: string): string {
  let words = "";
  for (const token of pointerTokens(at)) {
    if (/^\d+$/.test(token)) words += `[${token}]`;
    else if (PLAIN_NAME.test(token)) words += words === "" ? token : `.${token}`;
    else words += `[${JSON.stringify(token)}]`;
  }
  return words === "" ? "the document" : words;
}
