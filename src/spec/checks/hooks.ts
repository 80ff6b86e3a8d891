import { problem, type Report } from "../finding.ts";
import type { Hook, HookName, Spec } from "../types.ts";

/** In the order in which the specification runs them. */
export const HOOK_NAMES: readonly HookName[] = [
  "prestart",
  "createRuntime",
  "createContainer",
  "startContainer",
  "poststart",
  "poststop",
];

export function checkHooks(report: Report, spec: Spec): void {
  if (spec.hooks === undefined) return;
  for (const name of HOOK_NAMES) {
    for (const [index, hook] of (spec.hooks[name] ?? []).entries()) {
      checkHook(report, hook, `/hooks/${name}/${index}`);
    }
  }
}

function checkHook(report: Report, hook: Hook, at: string): void {
  if (!hook.path.startsWith("/")) {
    report(problem(`${at}/path`, `the path of a hook must be absolute, not ${JSON.stringify(hook.path)}`));
  }
  if (hook.timeout !== undefined && hook.timeout <= 0) {
    report(problem(`${at}/timeout`, `the timeout of a hook must be greater than zero, not ${hook.timeout}`));
  }
}
