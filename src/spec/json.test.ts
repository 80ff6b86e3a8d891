import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RuntimeError } from "../errors.ts";
import { parseJson } from "./json.ts";
import { parseExactly } from "./json_exact.ts";
import { stringifyJson } from "./stringify.ts";

const encoder = new TextEncoder();
const parse = (text: string) => parseJson(encoder.encode(text));

function refusal(input: string | Uint8Array, limits = {}): RuntimeError {
  try {
    parseJson(typeof input === "string" ? encoder.encode(input) : input, limits);
  } catch (error) {
    if (error instanceof RuntimeError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("parseJson()", () => {
  test("keeps 64-bit integers exact", () => {
    expect(parse('{"a":18446744073709551615,"b":9007199254740991,"c":9007199254740992}')).toEqual({
      a: 18446744073709551615n,
      b: 9007199254740991,
      c: 9007199254740992n,
    });
    expect(parse("[-9223372036854775808]")).toEqual([-9223372036854775808n]);
    expect(parse("-0")).toBe(0);
    expect(parse("-9007199254740992")).toBe(-9007199254740992n);
  });

  test("takes scalars, white space, escapes and fractions", () => {
    expect(parse(' \n"a\\u00e9\\n\\"\\\\" ')).toBe('aé\n"\\');
    expect(parse("[1.5, 2e3, true, false, null, [], {}]")).toEqual([1.5, 2000, true, false, null, [], {}]);
    expect(parse('"\\ud83d\\ude00"')).toBe("😀");
  });

  test("makes __proto__ an ordinary own member", () => {
    for (const text of ['{"__proto__":{"polluted":1}}', '{"__proto__":{"polluted":1},"big":1e3}']) {
      const value = parse(text) as Record<string, unknown>;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.keys(value)).toContain("__proto__");
      expect("polluted" in value).toBe(false);
    }
  });

  test.each([
    ["a duplicate key", '{"x":[{"a":1,"b":2,"a":3}]}', "/x/0/a", '1:20: duplicate key "a"'],
    ["a duplicate __proto__", '{"__proto__":1,"__proto__":2}', "/__proto__", "duplicate key"],
    ["a duplicate key hidden by an escape", '{"a":1,"\\u0061":2}', "/a", "duplicate key"],
    ["a duplicate key beside a string that looks like one", '{"a":"\\u0022:","a":2}', "/a", "duplicate key"],
    ["an escaped NUL", '{"args":["a","\\u0000"]}', "/args/1", "NUL"],
    ["a raw NUL in a string", '["a\u0000"]', "/0", "control character"],
    ["a raw NUL outside of strings", "[1]\u0000", "", "unexpected text"],
    ["a lone surrogate", '{"a/b~":"\\ud800x"}', "/a~1b~0", "lone surrogate"],
    ["a number out of range", '{"a":\n [1e400]}', "/a/0", "2:3: the number 1e400 is out of range"],
    ["an endless integer", `[${"9".repeat(5000)}]`, "/0", "too many digits"],
    ["text after the document", "{} {}", "", "1:4: unexpected text"],
    ["a byte order mark", "\ufeff{}", "", "byte order mark"],
    ["a trailing comma in an array", "[1,]", "/1", 'expected a value, found "]"'],
    ["a trailing comma in an object", '{"a":1,}', "", "expected a key"],
    ["a missing colon", '{"a" 1}', "/a", 'expected ":"'],
    ["an open string", '{"a":"b\\"}', "/a", "not closed"],
    ["an open array", "[1", "", "end of the document"],
    ["an invalid escape", '["\\x"]', "/0", "invalid escape"],
    ["a leading zero", "[01]", "", 'expected "," or "]"'],
    ["a comment", "[/**/]", "/0", "expected a value"],
    ["NaN", "[NaN]", "/0", "expected a value"],
    ["an empty document", "", "", "expected a value, found the end of the document"],
  ])("refuses %s and names the place", (_name, text, at, message) => {
    const error = refusal(text);
    expect(error.code).toBe("config");
    expect(error.at).toBe(at);
    expect(error.message).toContain(message);
  });

  test("names the offset of invalid UTF-8", () => {
    for (const [bytes, offset] of [
      [[0x22, 0xc3, 0x28, 0x22], 1],
      [[0x22, 0xc3, 0xa9, 0xff, 0x22], 3],
      [[0x22, 0x61, 0xe2, 0x82], 2],
      [[0x22, 0xed, 0xa0, 0x80, 0x22], 1],
    ] as const) {
      expect(refusal(Uint8Array.from(bytes)).message).toBe(`invalid JSON: byte ${offset} is not valid UTF-8`);
    }
  });

  test("stops at the depth and size limits, which a document may reach", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(() => parse(nested(1000))).not.toThrow();
    expect(refusal(nested(1001)).message).toContain("nested deeper than 1000 levels");
    expect(refusal(nested(200_000)).message).toContain("nested deeper than 1000 levels");
    expect(refusal("[[]]", { maxDepth: 1 }).at).toBe("/0");
    expect(() => parseJson(encoder.encode("[1]"), { maxBytes: 3 })).not.toThrow();
    expect(refusal("[1]", { maxBytes: 2 }).message).toContain("larger than 2 bytes");
  });

  test("reads back what stringifyJson() writes, bigints included", () => {
    const exact = fc.jsonValue({ maxDepth: 4 }).map((value) => withExactNumbers(value));
    const withBigints = fc.dictionary(
      fc.string(),
      fc.oneof(
        exact,
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map((n) => (isSafe(n) ? Number(n) : n)),
      ),
    );
    fc.assert(
      fc.property(withBigints, fc.constantFrom("", "\t", "  "), (value, indent) => {
        const text = stringifyJson(value, indent);
        expect(stringifyJson(parse(text), indent)).toBe(text);
        expect(parse(text)).toEqual({ ...value });
      }),
      { numRuns: 300 },
    );
  });

  test("reads any JSON text as the exact parser does, and also when it is slightly broken", () => {
    const breakage = fc.constantFrom(
      '"a":1,',
      '"__proto__":{},',
      "\\u0000",
      "\\ud800",
      "\\u003c",
      "1e400",
      "-0",
      ".5",
      ",",
      '"',
    );
    const mutation = fc.option(fc.tuple(fc.nat(), breakage));
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        fc.constantFrom("", "\t"),
        mutation,
        (value, indent, change) => {
          const text = escapeLikeGo(JSON.stringify(value, undefined, indent));
          const at = (change?.[0] ?? 0) % (text.length + 1);
          const changed = text.slice(0, at) + (change?.[1] ?? "") + text.slice(at);
          const quick = outcome(() => parseJson(encoder.encode(changed)));
          expect(quick).toEqual(outcome(() => parseExactly(changed, 1000).value));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("takes the fast road only to where the exact parser arrives", () => {
    fc.assert(
      fc.property(nearlyJson(), (text) => {
        const quick = outcome(() => parseJson(encoder.encode(text)));
        expect(quick).toEqual(outcome(() => parseExactly(text, 1000).value));
      }),
      { numRuns: 3000 },
    );
  });
});

const escapeLikeGo = (text: string) =>
  text.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);

const isSafe = (n: bigint) => n >= -9007199254740991n && n <= 9007199254740991n;

/** Without minus zero, and without doubles that look like integers in JSON but are not exact. */
function withExactNumbers(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, item) => (Number.isInteger(item) && !Number.isSafeInteger(item) ? 1 : item)),
  );
}

function outcome(parseIt: () => unknown): unknown {
  try {
    return { value: parseIt() };
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return { message: error.message, at: error.at };
  }
}

/** JSON made of the pieces that trip fast parsers, and now and then broken. */
function nearlyJson(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    "a",
    '\\"',
    ":",
    '\\":',
    " ",
    "\\u0022",
    "\\u003c",
    "\\u003a",
    "\\\\",
    "\\u0061",
  );
  const rare = fc.constantFrom(
    "\\u0000",
    "\\ud800",
    "\\ud83d\\ude00",
    "__proto__",
    "é",
    ",1.5",
    "[",
    "{",
    "null",
  );
  const body = fc.array(fc.oneof({ weight: 6, arbitrary: piece }, { weight: 1, arbitrary: rare }), {
    maxLength: 4,
  });
  const string = body.map((parts) => `"${parts.join("")}"`);
  const number = fc.oneof(
    fc.integer().map(String),
    fc.constantFrom("-0", "0", "00", "1.0", "1e2", "1e400", "-1E-2", "999999999999999", "1234567890123456"),
    fc.bigInt().map(String),
  );
  const space = fc.constantFrom("", "", " ", "\n\t", "\u00a0");
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      string,
      number,
      fc.constantFrom("true", "null", "nul"),
      fc
        .tuple(space, fc.array(tie("value"), { maxLength: 3 }))
        .map(([gap, items]) => `[${items.join(`,${gap}`)}]`),
      fc
        .tuple(space, space, fc.array(fc.tuple(string, tie("value")), { maxLength: 4 }))
        .map(([a, b, members]) => `{${members.map(([k, v]) => `${k}${a}:${b}${v}`).join(",")}}`),
    ),
  }));
  return value;
}
