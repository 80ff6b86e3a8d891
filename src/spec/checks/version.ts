import { problem, type Report, warning } from "../finding.ts";
import type { Spec } from "../types.ts";
import type { SpecContext } from "./context.ts";

/** SemVer 2.0.0: three numbers without leading zeros, then maybe a pre-release and build metadata. */
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

/** What engines write, for which there is no need to compile the expression above. */
const USUAL_VERSIONS: ReadonlySet<string> = new Set([
  "1.0.0",
  "1.0.1",
  "1.0.2",
  "1.1.0",
  "1.2.0",
  "1.2.1",
  "1.3.0",
]);

/** The minor version of 1.x that this runtime implements. */
const NEWEST_MINOR = 3;

/**
 * The specification is compatible within a major version, so all of 1.x is taken. A newer 1.x may contain
 * members that are unknown here, which are ignored as the specification demands.
 */
export function checkVersion(report: Report, spec: Spec, context: SpecContext): void {
  if (USUAL_VERSIONS.has(spec.ociVersion)) return;
  const match = SEMVER.exec(spec.ociVersion);
  const shown = JSON.stringify(spec.ociVersion);
  if (match === null) {
    report(problem("/ociVersion", `ociVersion must be a SemVer 2.0.0 version such as "1.3.0", not ${shown}`));
  } else if (match[1] !== "1") {
    report(problem("/ociVersion", `unsupported ociVersion ${shown}: only 1.x is known`));
  } else if (Number(match[2]) > NEWEST_MINOR && context.command === "validate") {
    report(
      warning("/ociVersion", `ociVersion ${shown} is newer than 1.${NEWEST_MINOR}: new members are ignored`),
    );
  }
}
