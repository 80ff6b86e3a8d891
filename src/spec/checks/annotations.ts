import { problem, type Report } from "../finding.ts";
import type { Spec } from "../types.ts";

export function checkAnnotationKeys(report: Report, spec: Spec): void {
  if (Object.hasOwn(spec.annotations ?? {}, "")) {
    report(problem("/annotations/", "the key of an annotation must not be empty"));
  }
}
