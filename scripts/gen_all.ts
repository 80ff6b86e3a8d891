/**
 * Writes every generated file, or with `--check` fails when one is not what its source says.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const generators = ["gen_plan_header.ts", "gen_schema_validators.ts", "gen_docs.ts"];
const flags = process.argv.includes("--check") ? ["--check"] : [];

let status = 0;
for (const generator of generators) {
  const result = spawnSync(process.execPath, [join(import.meta.dirname, generator), ...flags], {
    stdio: "inherit",
  });
  if (result.status !== 0) status = 1;
}
process.exit(status);
