import { problem, type Report } from "../finding.ts";
import { childPointer } from "../json_pointer.ts";
import type { LinuxClock, Spec } from "../types.ts";
import { findNamespace, hasNamespace } from "./context.ts";

const addNamespace = (type: string) => `add {"type": "${type}"} to linux.namespaces`;

export function checkNamespaces(report: Report, spec: Spec): void {
  const seen = new Set<string>();
  for (const [index, namespace] of (spec.linux?.namespaces ?? []).entries()) {
    const at = `/linux/namespaces/${index}`;
    if (seen.has(namespace.type))
      report(problem(at, `malformed spec file: duplicated ns "${namespace.type}"`));
    seen.add(namespace.type);
    // An empty path is how Go programs say "no path".
    if (namespace.path !== undefined && namespace.path !== "" && !namespace.path.startsWith("/")) {
      const shown = JSON.stringify(namespace.path);
      report(problem(`${at}/path`, `the path of a namespace must be absolute, not ${shown}`));
    }
  }
}

/** Without a uts namespace the names of the host would change. */
export function checkHostNames(report: Report, spec: Spec): void {
  if (hasNamespace(spec, "uts")) return;
  for (const name of ["hostname", "domainname"] as const) {
    if (spec[name] !== undefined && spec[name] !== "") {
      report(problem(`/${name}`, `cannot set ${name} without a uts namespace`, addNamespace("uts")));
    }
  }
}

/** Without a mount namespace the files of the host would be masked. */
export function checkMaskedPaths(report: Report, spec: Spec): void {
  for (const name of ["maskedPaths", "readonlyPaths"] as const) {
    const paths = spec.linux?.[name] ?? [];
    if (paths.length > 0 && !hasNamespace(spec, "mount")) {
      report(
        problem(`/linux/${name}`, `cannot apply ${name} without a mount namespace`, addNamespace("mount")),
      );
    }
    for (const [index, path] of paths.entries()) {
      if (path.startsWith("/")) continue;
      report(problem(`/linux/${name}/${index}`, `${name} must be absolute, not ${JSON.stringify(path)}`));
    }
  }
}

const CLOCKS: readonly string[] = ["monotonic", "boottime"] satisfies LinuxClock[];
const NANOSECONDS_OF_SECOND = 1_000_000_000;

/** The kernel takes offsets only for a time namespace that has no process in it yet, so not for a joined one. */
export function checkTimeOffsets(report: Report, spec: Spec): void {
  const offsets = Object.entries(spec.linux?.timeOffsets ?? {});
  if (offsets.length === 0) return;
  const namespace = findNamespace(spec, "time");
  if (namespace === undefined) {
    report(
      problem("/linux/timeOffsets", "cannot set timeOffsets without a time namespace", addNamespace("time")),
    );
  } else if (namespace.path) {
    report(
      problem("/linux/timeOffsets", "cannot set timeOffsets of a time namespace that is joined by its path"),
    );
  }
  for (const [clock, offset] of offsets) {
    const at = childPointer("/linux/timeOffsets", clock);
    if (!CLOCKS.includes(clock)) {
      report(
        problem(
          at,
          `unknown clock ${JSON.stringify(clock)}: only ${CLOCKS.join(" and ")} can have an offset`,
        ),
      );
    }
    if ((offset?.nanosecs ?? 0) >= NANOSECONDS_OF_SECOND) {
      report(problem(`${at}/nanosecs`, `nanosecs must be less than a second, not ${offset?.nanosecs}`));
    }
  }
}
