import { type Finding, problem } from "./finding.ts";
import { childPointer, pointerWords, valueAt } from "./json_pointer.ts";
import type { SchemaError } from "./schema_errors.gen.js";

/** A sentence about a missing member that callers match on. All others read "X is required". */
const MISSING_TEXTS: Readonly<Record<string, string>> = {
  "/process/cwd": "Cwd property must not be empty",
  "/root": "root must be specified",
};

const INTEGER_WORDS: Readonly<Record<string, string>> = {
  uint16: "an integer from 0 to 65535",
  uint32: "an integer from 0 to 4294967295",
  int32: "an integer from -2147483648 to 2147483647",
  uint64: "an integer from 0 to 2^64 - 1",
  int64: "an integer from -2^63 to 2^63 - 1",
};

const PATTERN_WORDS: Readonly<Record<string, string>> = {
  "^[rwm]*$": "made of the letters r, w and m",
  "^[1-9][0-9]*[KMG]B$": "a size such as 64KB, 2MB or 1GB",
  "^CAP_[A-Z_]+$": "a name such as CAP_CHOWN",
};

/** The generated validator speaks in keywords; this makes the sentences. */
export function schemaFindings(document: unknown, errors: readonly SchemaError[]): readonly Finding[] {
  // "if" only says that its "then" failed, which has an error of its own.
  return errors.filter((error) => error.keyword !== "if").map((error) => schemaFinding(document, error));
}

function schemaFinding(document: unknown, error: SchemaError): Finding {
  const at = error.instancePath;
  if (error.keyword === "required") {
    const missing = childPointer(at, String(error.params.missingProperty));
    return problem(missing, MISSING_TEXTS[missing] ?? `${pointerWords(missing)} is required`);
  }
  const value = valueAt(document, at);
  return problem(at, `${pointerWords(at)} must ${expectation(error, value)}`);
}

function expectation(error: SchemaError, value: unknown): string {
  const { keyword, params } = error;
  switch (keyword) {
    case "type":
      return `be ${withArticle(String(params.type))}, not ${kindWords(value)}`;
    case "arrayOf":
      return `be an array of ${String(params.expected)}, not ${kindWords(value)}`;
    case "exactInteger":
      return `be ${INTEGER_WORDS[String(params.expected)]}, not ${valueWords(value)}`;
    case "enum":
      return `be one of ${nameList(params.allowedValues as readonly string[])}, not ${valueWords(value)}`;
    case "pattern":
      return `be ${PATTERN_WORDS[String(params.pattern)]}, not ${valueWords(value)}`;
    case "minItems":
      return "not be empty";
    default:
      return `satisfy "${keyword}" of the schema`;
  }
}

/** The empty name is only a way to say "unset". */
function nameList(names: readonly string[]): string {
  return names.filter((name) => name !== "").join(", ");
}

function withArticle(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

function kindWords(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "an array";
  return withArticle(typeof value === "bigint" ? "number" : typeof value);
}

/** The value itself when it is short enough to read. */
function valueWords(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "string" && value.length <= 60) return JSON.stringify(value);
  return kindWords(value);
}
