/**
 * Writes `native/plan_format.gen.h` and `native/plan_decode.gen.c` from the op table in `src/plan/ops.ts`.
 *
 * With `--check` nothing is written, and the exit status says whether anything would change. A new op is
 * then one row of the table, one function in `native/ops_*.c` and one `case` in `native/run_ops.c`: the
 * compiler points at both if they are forgotten.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type FieldKind,
  idmapModes,
  messageKinds,
  ops,
  pathModes,
  pivotModes,
  planMagic,
  planVersion,
  replyProceed,
  slotNames,
  startAccepted,
  startRequest,
  steps,
  syncPoints,
} from "../src/plan/ops.ts";

const banner = "/* GENERATED from src/plan/ops.ts by scripts/gen_plan_header.ts. Do not edit. */\n";

/** How each kind of field is declared in C, and which function of the cursor reads it. */
const cTypes: Readonly<Record<FieldKind, string>> = {
  u32: "uint32_t ",
  i32: "int32_t ",
  u64: "uint64_t ",
  i64: "int64_t ",
  slot: "enum plan_slot ",
  str: "const char *",
  bytes: "struct plan_bytes ",
  strs: "struct plan_strings ",
  u32s: "struct plan_numbers ",
};

/** The part of the wire format that C needs to know: numbers, one struct for each op, the union of them. */
export function formatPlanHeader(): string {
  const parts = [
    banner,
    "#ifndef TSRUNC_PLAN_FORMAT_H\n#define TSRUNC_PLAN_FORMAT_H\n\n#include <stdbool.h>\n#include <stdint.h>\n",
    formatConstants(),
    formatEnum(
      "plan_slot",
      "SLOT",
      slotNames.map((name, index) => [name, index]),
    ),
    formatEnum(
      "plan_step",
      "STEP",
      steps.map((text, index) => [text, index]),
    ),
    formatEnum("sync_point", "SYNC", Object.entries(syncPoints)),
    formatEnum("message_kind", "MESSAGE", Object.entries(messageKinds)),
    formatEnum("path_mode", "PATH_MODE", Object.entries(pathModes)),
    formatEnum("idmap_mode", "IDMAP_MODE", Object.entries(idmapModes)),
    formatEnum("pivot_mode", "PIVOT_MODE", Object.entries(pivotModes)),
    formatEnum(
      "plan_op_number",
      "OP",
      Object.entries(ops).map(([name, op]) => [name, op.number]),
    ),
    formatLists(),
    ...Object.entries(ops).map(([name, op]) => formatStruct(name, op.fields)),
    formatUnion(),
    "struct cursor;\n",
    [
      "/*\n * Decodes the payload of op `number`. False when the number is unknown, a field is malformed, or bytes are\n",
      " * missing or left over.\n */\n",
      "bool plan_decode_op(uint32_t number, struct cursor *payload, struct plan_op *op);\n",
    ].join(""),
    "#endif\n",
  ];
  return parts.join("\n");
}

/** One decoder for each op, built on the cursor of plan_reader. */
export function formatPlanDecoder(): string {
  const withFields = Object.entries(ops).filter(([, op]) => Object.keys(op.fields).length > 0);
  const cases = Object.entries(ops).flatMap(([name, op]) => {
    const decode = `    decode_${snakeCase(name)}(payload, &op->as.${snakeCase(name)});`;
    return [
      `  case OP_${constantCase(name)}:`,
      ...(Object.keys(op.fields).length > 0 ? [decode] : []),
      "    break;",
    ];
  });
  return [
    banner,
    '#include "plan_format.gen.h"\n#include "plan_reader.h"\n',
    ...withFields.map(([name, op]) => formatDecoder(name, op.fields)),
    "bool plan_decode_op(uint32_t number, struct cursor *payload, struct plan_op *op) {",
    "  switch (number) {",
    ...cases,
    "  default:",
    "    return false;",
    "  }",
    "  op->number = (enum plan_op_number)number;",
    "  return cursor_is_finished(payload);",
    "}\n",
  ].join("\n");
}

function formatConstants(): string {
  const constants: readonly (readonly [string, number, string])[] = [
    ["PLAN_MAGIC", planMagic, "x"],
    ["PLAN_VERSION", planVersion, ""],
    ["PLAN_SLOT_COUNT", slotNames.length, ""],
    ["REPLY_PROCEED", replyProceed, ""],
    ["START_REQUEST", startRequest, "x"],
    ["START_ACCEPTED", startAccepted, "x"],
  ];
  const lines = constants.map(([name, value, base]) => {
    return `#define ${name} ${base === "x" ? `0x${value.toString(16)}` : value}u\n`;
  });
  return lines.join("");
}

/** An enum whose names are told apart after the change of case, or the generator refuses the table. */
function formatEnum(tag: string, prefix: string, members: readonly (readonly [string, number])[]): string {
  const names = members.map(([name]) => `${prefix}_${constantCase(name)}`);
  if (new Set(names).size !== names.length) throw new Error(`enum ${tag} has the same name twice`);
  if (new Set(members.map(([, value]) => value)).size !== names.length) {
    throw new Error(`enum ${tag} has the same number twice`);
  }
  const lines = members.map(([, value], index) => `  ${names[index]} = ${value},\n`);
  return `enum ${tag} {\n${lines.join("")}};\n`;
}

function formatLists(): string {
  return [
    "/* Views into the mapped plan; the bytes were checked when the op was decoded. */\n",
    "struct plan_bytes {\n  uint32_t length;\n  const uint8_t *data;\n};\n\n",
    "struct plan_strings {\n  uint32_t count;\n  uint32_t size;\n  const uint8_t *first;\n};\n\n",
    "struct plan_numbers {\n  uint32_t count;\n  const uint32_t *items;\n};\n",
  ].join("");
}

function formatStruct(name: string, fields: Readonly<Record<string, FieldKind>>): string {
  const entries = Object.entries(fields);
  // C has no empty struct, and an op without fields needs none.
  if (entries.length === 0) return "";
  const lines = entries.map(([field, kind]) => `  ${cTypes[kind]}${snakeCase(field)};\n`);
  return `struct op_${snakeCase(name)} {\n${lines.join("")}};\n`;
}

function formatUnion(): string {
  const members = Object.entries(ops)
    .filter(([, op]) => Object.keys(op.fields).length > 0)
    .map(([name]) => `    struct op_${snakeCase(name)} ${snakeCase(name)};\n`);
  return `struct plan_op {\n  enum plan_op_number number;\n  union {\n${members.join("")}  } as;\n};\n`;
}

function formatDecoder(name: string, fields: Readonly<Record<string, FieldKind>>): string {
  const lines = Object.entries(fields).map(([field, kind]) => {
    return `  fields->${snakeCase(field)} = cursor_${kind}(payload);\n`;
  });
  const id = snakeCase(name);
  return `static void decode_${id}(struct cursor *payload, struct op_${id} *fields) {\n${lines.join("")}}\n`;
}

/** "fsType" and "resolve the path" → "fs_type" and "resolve_the_path". */
function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();
}

function constantCase(name: string): string {
  return snakeCase(name).toUpperCase();
}

function main(args: readonly string[]): number {
  const files = [
    ["../native/plan_format.gen.h", formatPlanHeader()],
    ["../native/plan_decode.gen.c", formatPlanDecoder()],
  ] as const;
  let changed = 0;
  for (const [relative, text] of files) {
    const path = fileURLToPath(new URL(relative, import.meta.url));
    if (text === readOrEmpty(path)) continue;
    changed += 1;
    if (args.includes("--check"))
      console.error(`${relative.slice(3)} is out of date: run scripts/gen_plan_header.ts`);
    else writeFileSync(path, text);
  }
  return args.includes("--check") && changed > 0 ? 1 : 0;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
