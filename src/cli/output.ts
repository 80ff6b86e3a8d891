/** The documents that engines parse from stdout. The order of the keys is runc's. */
import type { ContainerEvent } from "../lifecycle/events.ts";
import type { OciState } from "../lifecycle/oci_state.ts";
import type { Finding } from "../spec/finding.ts";
import { stringifyJson } from "../spec/stringify.ts";
import type { Features } from "../spec/types.ts";
import { visible } from "./log_format.ts";
import { formatTable } from "./table.ts";

/** Any document for people and scripts alike. */
export function formatJson(document: unknown): string {
  return `${stringifyJson(document, "  ")}\n`;
}

/** `features`, indented as runc does. */
export function formatFeatures(features: Features): string {
  return `${JSON.stringify(features, undefined, 4)}\n`;
}

/** `state`. There is no newline at the end, as with runc. */
export function formatState(state: OciState): string {
  return JSON.stringify(stateDocument(state), undefined, 2);
}

/** `list --format json`: one line. No container is `null`, not `[]`, because clients compare with runc. */
export function formatListJson(containers: readonly OciState[]): string {
  return `${containers.length === 0 ? "null" : JSON.stringify(containers.map(stateDocument))}\n`;
}

/** `list --quiet`. */
export function formatIds(containers: readonly OciState[]): string {
  return containers.map(({ id }) => `${id}\n`).join("");
}

/** `list`. */
export function formatListTable(containers: readonly OciState[]): string {
  const rows = containers.map(({ id, pid, status, bundle, created, owner }) => [
    id,
    String(pid),
    status,
    visible(bundle),
    created,
    owner,
  ]);
  return formatTable([["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"], ...rows]);
}

/** `events`: one line, with every digit of 64-bit numbers. */
export function formatEvent(event: ContainerEvent): string {
  return `${stringifyJson(event)}\n`;
}

/** `validate`: one line for each problem, and a line that says so when there is none. */
export function formatFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return "config.json is valid\n";
  return findings.map(formatFinding).join("");
}

function formatFinding({ level, at, message, hint }: Finding): string {
  const place = at === "" ? "config.json: " : `config.json#${at}: `;
  return `${level}: ${visible(place + message)}\n${hint === undefined ? "" : `  hint: ${visible(hint)}\n`}`;
}

function stateDocument(state: OciState): Record<string, unknown> {
  const { ociVersion, id, pid, status, bundle, rootfs, created, annotations = {}, owner } = state;
  const names = Object.keys(annotations).sort();
  const sorted = Object.fromEntries(names.map((name) => [name, annotations[name]]));
  return {
    ociVersion,
    id,
    pid,
    status,
    bundle,
    rootfs,
    created,
    ...(names.length > 0 && { annotations: sorted }),
    owner,
  };
}
