import { type Op, op } from "../plan/plan.ts";
import { stringifyJson } from "../spec/stringify.ts";
import type { Hook, HookName, Spec } from "../spec/types.ts";
import { uniqueEnvironment } from "./plan_env.ts";

/** What the state on a hook's stdin says about the container (runtime.md, "State"). */
export interface HookState {
  readonly ociVersion: string;
  readonly id: string;
  readonly bundle: string;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/**
 * createContainer and startContainer hooks, which run inside the container's namespaces and so are init's to
 * run. The pid in their state is the one they can see: init puts its own between head and tail.
 */
export function planContainerHooks(
  spec: Spec,
  name: Extract<HookName, "createContainer" | "startContainer">,
  state: HookState,
): readonly Op[] {
  const [stateHead, stateTail] = formatHookState(state, "created");
  return (spec.hooks?.[name] ?? []).map((hook, index) =>
    op("runHook", `/hooks/${name}/${index}`, {
      path: hook.path,
      args: hookArgs(hook),
      env: hookEnv(hook, name, spec),
      timeoutMs: Math.min((hook.timeout ?? 0) * 1000, longestTimeoutMs),
      stateHead,
      stateTail,
    }),
  );
}

/** What fits the plan's 32 bits: 49 days. */
const longestTimeoutMs = 0xffffffff;

/** Without `args`, argv[0] is the path. */
export function hookArgs(hook: Hook): readonly string[] {
  return hook.args === undefined || hook.args.length === 0 ? [hook.path] : hook.args;
}

/** Without `env`: createContainer hooks have none, startContainer hooks have the container's. */
function hookEnv(hook: Hook, name: HookName, spec: Spec): readonly string[] {
  if (hook.env !== undefined) return hook.env;
  return name === "startContainer" ? uniqueEnvironment(spec.process?.env ?? []) : [];
}

/** The state JSON, cut where the pid goes. */
export function formatHookState(state: HookState, status: string): [head: string, tail: string] {
  const annotations =
    state.annotations === undefined ? "" : `,"annotations":${stringifyJson(state.annotations)}`;
  return [
    `{"ociVersion":${stringifyJson(state.ociVersion)},"id":${stringifyJson(state.id)},"status":"${status}","pid":`,
    `,"bundle":${stringifyJson(state.bundle)}${annotations}}`,
  ];
}
