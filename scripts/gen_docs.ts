/**
 * docs/plan_format.md's table of operations, from the table that encodes them. `--check` fails when the file
 * is out of date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageKinds, ops, planVersion, slotNames, steps, syncPoints } from "../src/plan/ops.ts";

const path = join(import.meta.dirname, "../docs/plan_format.md");
const begin = "<!-- generated: scripts/gen_docs.ts -->";

function formatTables(): string {
  const rows = Object.entries(ops).map(([name, { number, fields }]) => {
    const list = Object.entries(fields).map(([field, kind]) => `${field} ${kind}`);
    return `| ${number} | ${name} | ${list.join(", ")} |`;
  });
  return [
    begin,
    "",
    `Version ${planVersion}.`,
    "",
    "| number | op | fields |",
    "|---|---|---|",
    ...rows,
    "",
    `Slots, by index: ${slotNames.join(", ")}.`,
    "",
    `Sync points: ${Object.entries(syncPoints)
      .map(([name, number]) => `${number} ${name}`)
      .join(", ")}.`,
    "",
    `Messages: ${Object.entries(messageKinds)
      .map(([name, number]) => `${number} ${name}`)
      .join(", ")}.`,
    "",
    `Steps, by index: ${steps.join(", ")}.`,
    "",
  ].join("\n");
}

const current = readFileSync(path, "utf8");
const wanted = current.slice(0, current.indexOf(begin)) + formatTables();
if (process.argv.includes("--check")) {
  if (current !== wanted) {
    console.error("docs/plan_format.md is out of date: run npm run gen");
    process.exit(1);
  }
} else {
  writeFileSync(path, wanted);
}
