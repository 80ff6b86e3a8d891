/**
 * Plans as golden text: `test/golden/<case>/config.json` compiles to `plan.txt` beside it. Differences are to
 * be read; UPDATE_GOLDEN=1 rewrites the files.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile } from "../src/compile.ts";
import { encodePlan } from "../src/plan/encode.ts";
import { slotNames } from "../src/plan/ops.ts";
import { formatPlan } from "../src/print_plan.ts";
import { parseSpec } from "../src/spec/parse_spec.ts";
import { assertValidSpec } from "../src/spec/validate.ts";
import { goldenFacts, goldenFactsV1, goldenRequest } from "./support/golden_input.ts";

const golden = join(import.meta.dirname, "golden");

describe("compile()", () => {
  for (const name of readdirSync(golden)) {
    const facts = name.endsWith("_v1") ? goldenFactsV1 : goldenFacts;

    it(`plans ${name} as its golden text says, and the plan can be encoded`, () => {
      const spec = parseSpec(readFileSync(join(golden, name, "config.json")));
      assertValidSpec(spec, { rootless: false, useSystemd: false, command: "create" });
      const plan = compile(spec, goldenRequest, facts);
      const text = formatPlan(plan, {});
      const path = join(golden, name, "plan.txt");
      if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path, text);
      expect(text).toBe(readFileSync(path, "utf8"));

      const slots = Object.fromEntries(slotNames.slice(1).map((slot, index) => [slot, index + 10]));
      expect(encodePlan(plan.ops, slots).length % 4).toBe(0);
    });
  }
});
