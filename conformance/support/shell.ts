/** Containers that run a busybox shell script. */
import { expect } from "vitest";
import { type Config, makeBundle } from "./bundle.ts";
import type { CallOptions, Result, Runtime } from "./runtime.ts";

type Edit = (config: Config, bundle: string) => unknown;

/** A program that ends when SIGTERM tells it to, once it runs; SIGKILL always does. */
export const waits = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done"];

/** Runs `script` in a container of its own, in the foreground. */
export function sh(runtime: Runtime, script: string, edit?: Edit, options?: CallOptions): Result {
  return runtime.run(makeBundle(runtime.directory, ["sh", "-c", script], edit), options);
}

/** The same for a script that has to succeed; returns what it printed, without the last newline. */
export function shOutput(runtime: Runtime, script: string, edit?: Edit, options?: CallOptions): string {
  const result = sh(runtime, script, edit, options);
  expect(result).toMatchObject({ status: 0, stderr: "" });
  return result.stdout.replace(/\n$/, "");
}
