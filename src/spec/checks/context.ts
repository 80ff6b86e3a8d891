import type { Report } from "../finding.ts";
import type { LinuxNamespace, LinuxNamespaceType, Spec } from "../types.ts";

/** What a rule must know beyond the document. Facts of the host are checked elsewhere, by who reads them. */
export interface SpecContext {
  /** The runtime has no real root: euid is not 0. */
  readonly rootless: boolean;
  readonly useSystemd: boolean;
  /** `validate` also gets advice that is of no use in the log of a running engine. */
  readonly command: "create" | "validate";
}

/** One rule: reports what breaks it. */
export type SpecCheck = (report: Report, spec: Spec, context: SpecContext) => void;

/**
 * The entry of linux.namespaces for a type. A loop, as in all the rules: the array methods that take a
 * function are compiled by the engine at their first use, which costs more than the whole rule.
 */
export function findNamespace(spec: Spec, type: LinuxNamespaceType): LinuxNamespace | undefined {
  for (const namespace of spec.linux?.namespaces ?? []) {
    if (namespace.type === type) return namespace;
  }
  return undefined;
}

/** Does the container get a namespace of this type, new or joined? */
export function hasNamespace(spec: Spec, type: LinuxNamespaceType): boolean {
  return findNamespace(spec, type) !== undefined;
}
