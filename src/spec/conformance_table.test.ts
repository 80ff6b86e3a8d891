import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

const schema = JSON.parse(readFileSync(join(root, "schemas/config.schema.json"), "utf8")) as Schema;

function resolved(part: Schema): Schema {
  if (part.$ref === undefined) return part;
  const tokens = part.$ref.slice(2).split("/");
  return resolved(tokens.reduce<unknown>((value, token) => (value as never)[token], schema) as Schema);
}

/** Every field the schema knows: `process.user.uid`, `mounts[].source`, `linux.netDevices.*.name`. */
function fieldsOf(part: Schema, path: string): string[] {
  const { properties = {}, items, additionalProperties } = resolved(part);
  return [
    ...Object.entries(properties).flatMap(([name, inner]) => {
      const field = path === "" ? name : `${path}.${name}`;
      return [field, ...fieldsOf(inner, field)];
    }),
    ...(items === undefined ? [] : fieldsOf(items, `${path}[]`)),
    ...(typeof additionalProperties === "object" ? fieldsOf(additionalProperties, `${path}.*`) : []),
  ];
}

const rows = [
  ...readFileSync(join(root, "docs/spec_conformance.md"), "utf8").matchAll(
    /^\| `(.+)` \| (.+) \| (\S+) \|$/gm,
  ),
];

describe("docs/spec_conformance.md", () => {
  it("has a row for every field of the schema, and for nothing else", () => {
    expect(rows.map(([, field]) => field).sort()).toEqual([...new Set(fieldsOf(schema, ""))].sort());
  });

  it("says of each that it is done or why it is ignored, and names a test that is there", () => {
    for (const [, field, status, test] of rows) {
      expect(status, field).toMatch(/^(done|done: .+|ignored.*: .+)$/);
      expect(existsSync(join(root, test!)), `${field}: ${test}`).toBe(true);
    }
  });
});
