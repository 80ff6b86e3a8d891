import { RuntimeError } from "../errors.ts";
import { dropNulls } from "./drop_nulls.ts";
import { type Finding, problem } from "./finding.ts";
import { type JsonValue, parseJsonDocument } from "./json.ts";
import {
  findConfigErrors,
  findProcessErrors,
  findResourcesErrors,
  type SchemaError,
} from "./schema_errors.gen.js";
import { schemaFindings } from "./schema_findings.ts";
import type { LinuxResources, Process, Spec } from "./types.ts";
import { isConfig, isProcess, isResources } from "./validators.gen.js";

/** config.json, read and checked against the schema. The rules beyond the schema are checkSpec()'s. */
export function parseSpec(bytes: Uint8Array): Spec {
  const value = readDocument(bytes);
  if (value === null) throw new RuntimeError("config", "config cannot be null", { at: "" });
  if (!isConfig(value)) throw firstError(value, findConfigErrors(value));
  return asSpec(value);
}

/** For a document that the schema accepts. */
export function asSpec(value: JsonValue): Spec {
  const spec = value as unknown as Spec;
  return spec.process === undefined ? spec : { ...spec, process: withUser(spec.process) };
}

/** The file of `exec --process`: the process object of config.json by itself. */
export function parseProcess(bytes: Uint8Array): Process {
  const value = readDocument(bytes);
  if (!isProcess(value)) throw firstError(value, findProcessErrors(value));
  return withUser(value as unknown as Process);
}

/** The file of `update --resources`: the linux.resources object of config.json by itself. */
export function parseResources(bytes: Uint8Array): LinuxResources {
  const value = readDocument(bytes);
  if (!isResources(value)) throw firstError(value, findResourcesErrors(value));
  return value as unknown as LinuxResources;
}

/** All that the schema of config.json has against a parsed document. */
export function findSchemaProblems(value: unknown): readonly Finding[] {
  if (value === null) return [problem("", "config cannot be null")];
  if (isConfig(value)) return [];
  return schemaFindings(value, findConfigErrors(value));
}

/** A JSON document without its null members, as every input of this program is read. */
export function readDocument(bytes: Uint8Array): JsonValue {
  const document = parseJsonDocument(bytes);
  return document.mayHaveNulls ? dropNulls(document.value) : document.value;
}

/** The specification does not say that `user` is required, so a file without it means root. */
function withUser(process: Process): Process {
  return process.user === undefined ? { ...process, user: { uid: 0, gid: 0 } } : process;
}

function firstError(value: unknown, errors: readonly SchemaError[]): RuntimeError {
  const [first] = schemaFindings(value, errors);
  if (first === undefined) return new RuntimeError("internal", "the schema verdict has no reason");
  return new RuntimeError("config", first.message, { at: first.at, hint: first.hint });
}
