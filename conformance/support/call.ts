/** Programs of the host, with a bound on how long they may take. */
import { spawnSync } from "node:child_process";
import type { Result } from "./runtime.ts";

export interface CallOptions {
  /** Comes through a pipe; without it stdin is /dev/null. */
  readonly input?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs a program to its end. */
export function call(command: readonly string[], { input, env = process.env }: CallOptions = {}): Result {
  const [program, ...args] = command;
  const { error, status, stdout, stderr } = spawnSync(program!, args, {
    encoding: "utf8",
    env,
    input,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}
