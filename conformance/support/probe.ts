/** What the probe in a container printed. */
import { expect } from "vitest";
import { type Config, makeBundle } from "./bundle.ts";
import type { CallOptions, Runtime } from "./runtime.ts";

/** The values of every name, in the order of the lines. */
export type Seen = Readonly<Record<string, readonly string[]>>;

/** Runs the probe in a container of its own and reads what it saw. `edit` changes the config. */
export function seeWith(
  runtime: Runtime,
  sections: readonly string[],
  edit: (config: Config, bundle: string) => unknown = () => undefined,
  options: CallOptions = {},
): Seen {
  const bundle = makeBundle(runtime.directory, ["/bin/probe", ...sections], edit);
  const result = runtime.run(bundle, options);
  expect(result).toMatchObject({ status: 0, stderr: "" });
  return readProbe(result.stdout);
}

/** "name: value" lines. */
export function readProbe(text: string): Seen {
  const seen: Record<string, string[]> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^([\w]+): ?(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    seen[name] ??= [];
    seen[name].push(value);
  }
  return seen;
}

/** One line of mountinfo(5). */
export interface MountLine {
  readonly root: string;
  readonly target: string;
  readonly options: readonly string[];
  /** `shared:N`, `master:N`, `unbindable`... */
  readonly propagation: readonly string[];
  readonly type: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}

export function readMountinfo(text: string): MountLine[] {
  return text.trim().split("\n").map(readMountLine);
}

/** The mounts that `probe mounts` saw. */
export function mountsOf(seen: Seen): MountLine[] {
  return (seen.mount ?? []).map(readMountLine);
}

function readMountLine(line: string): MountLine {
  const [left, right] = line.split(" - ");
  const [, , , root, target, options, ...propagation] = left!.split(" ");
  const [type, source, superOptions] = right!.split(" ");
  return {
    root: root!,
    target: target!,
    options: options!.split(","),
    propagation,
    type: type!,
    source: source!,
    superOptions: superOptions!.split(","),
  };
}
