import { problem, type Report, warning } from "../finding.ts";
import type { LinuxIdMapping, Spec } from "../types.ts";
import { findNamespace } from "./context.ts";

const KINDS = ["uidMappings", "gidMappings"] as const;
/** The kernel's UID_GID_MAP_MAX_EXTENTS since Linux 4.15. */
const MAX_MAPPINGS = 340;
const ID_LIMIT = 2 ** 32;

export function checkUserNamespace(report: Report, spec: Spec): void {
  const user = findNamespace(spec, "user");
  for (const kind of KINDS) {
    const given = (spec.linux?.[kind] ?? []).length > 0;
    const at = `/linux/${kind}`;
    if (given && user === undefined) report(problem(at, `${kind} have no effect without a user namespace`));
    if (!given && user !== undefined && !user.path) report(problem(at, `a new user namespace needs ${kind}`));
    if (given && user?.path) {
      report(warning(at, `${kind} must equal those of the user namespace that is joined by its path`));
    }
  }
}

export function checkIdMappings(report: Report, spec: Spec): void {
  for (const kind of KINDS) mappingFindings(report, spec.linux?.[kind] ?? [], `/linux/${kind}`);
}

/** What the kernel refuses when it is written to uid_map or gid_map. */
export function mappingFindings(report: Report, mappings: readonly LinuxIdMapping[], at: string): void {
  if (mappings.length > MAX_MAPPINGS) {
    report(problem(at, `the kernel takes at most ${MAX_MAPPINGS} mappings, not ${mappings.length}`));
  }
  for (const [index, mapping] of mappings.entries()) {
    if (mapping.size === 0) report(problem(`${at}/${index}/size`, "the size of an id mapping must not be 0"));
    for (const side of ["containerID", "hostID"] as const) {
      if (mapping[side] + mapping.size > ID_LIMIT - 1) {
        report(problem(`${at}/${index}`, `the id mapping reaches beyond the last id, counted from ${side}`));
      }
    }
  }
  overlaps(report, mappings, at, "containerID");
  overlaps(report, mappings, at, "hostID");
}

function overlaps(
  report: Report,
  mappings: readonly LinuxIdMapping[],
  at: string,
  side: "containerID" | "hostID",
): void {
  if (mappings.length < 2) return;
  const sorted = [...mappings.entries()].sort(([, a], [, b]) => a[side] - b[side]);
  for (const [place, [index, mapping]] of sorted.entries()) {
    const next = sorted[place + 1];
    if (next === undefined || mapping[side] + mapping.size <= next[1][side]) continue;
    const [first, second] = index < next[0] ? [index, next[0]] : [next[0], index];
    report(problem(`${at}/${second}`, `the id mapping overlaps number ${first} of the list in its ${side}`));
  }
}
