import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { seccompArchitectures } from "./architectures.ts";
import { seccompActions, seccompFlags, seccompOperators } from "./tables.ts";

const schema = readFileSync(new URL("../../../schemas/config.schema.json", import.meta.url), "utf8");

/** The names of one definition of the published schema. */
function schemaNames(definition: string): string[] {
  return JSON.parse(schema).$defs[definition].enum;
}

describe("the seccomp tables", () => {
  it.each([
    ["seccompArch", seccompArchitectures],
    ["seccompAction", seccompActions],
    ["seccompFlag", seccompFlags],
    ["seccompOperator", seccompOperators],
  ])("have every name of the schema's %s and no other", (definition, table) => {
    expect(Object.keys(table).sort()).toEqual(schemaNames(definition).sort());
  });

  it("have no number twice, but for the old name of KILL_THREAD", () => {
    const distinct = (table: object) => new Set(Object.values(table)).size === Object.keys(table).length;
    expect(distinct(seccompArchitectures) && distinct(seccompOperators) && distinct(seccompFlags)).toBe(true);
    const values = Object.values(seccompActions).map(({ value }) => value);
    expect(new Set(values).size).toBe(values.length - 1);
  });

  const header = "/usr/include/linux/seccomp.h";

  it.runIf(existsSync(header))("agree with the kernel's header", () => {
    const text = readFileSync(header, "utf8");
    for (const [name, { value }] of Object.entries(seccompActions)) {
      const constant = name
        .replace("SCMP_ACT_", "SECCOMP_RET_")
        .replace("NOTIFY", "USER_NOTIF")
        .replace(/KILL$/, "KILL_THREAD");
      expect([name, Number(new RegExp(`${constant}\\s+(0x\\w+)U`).exec(text)?.[1])]).toEqual([name, value]);
    }
    for (const [name, flag] of Object.entries(seccompFlags)) {
      // Headers may be older than the table.
      if (!text.includes(name)) continue;
      const shift = new RegExp(`${name}\\s+\\(1UL << (\\d)\\)`).exec(text)?.[1];
      expect([name, 1 << Number(shift)]).toEqual([name, flag]);
    }
  });
});
