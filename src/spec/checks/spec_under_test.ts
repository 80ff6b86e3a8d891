/** Support for the tests of the rules: a minimal valid config, with parts replaced. */
import { defaultSpec } from "../default_spec.ts";
import { stringifyJson } from "../stringify.ts";
import { findProblems } from "../validate.ts";
import type { SpecContext } from "./context.ts";

interface Patch {
  readonly [key: string]: unknown;
}

const BASE = defaultSpec({ rootless: false, cgroupV2: true, uid: 0, gid: 0 });
const CONTEXT: SpecContext = { rootless: false, useSystemd: false, command: "validate" };

/** The default config with members replaced; those of process and linux one by one. */
export function patched({ process, linux, ...top }: { process?: Patch; linux?: Patch } & Patch): unknown {
  return { ...BASE, process: { ...BASE.process, ...process }, linux: { ...BASE.linux, ...linux }, ...top };
}

/** What is said about the patched config, as "error /pointer: message" lines. */
export function findingsOf(
  patch: Parameters<typeof patched>[0],
  context: Partial<SpecContext> = {},
): string[] {
  const bytes = new TextEncoder().encode(stringifyJson(patched(patch)));
  const findings = findProblems(bytes, { ...CONTEXT, ...context });
  return findings.map(({ level, at, message }) => `${level} ${at}: ${message}`);
}
