import { errnoReason } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { formatHookState, type HookState, hookArgs } from "../process/plan_hooks.ts";
import type { Hook, HookName } from "../spec/types.ts";
import { spawn } from "../sys/clone_helper.ts";
import { SIGKILL } from "../sys/constants.ts";
import { close, read } from "../sys/files.ts";
import { decodeUtf8, encodeUtf8 } from "../sys/libc.ts";
import { pipe, writeToPipe } from "../sys/pipes.ts";
import { killProcessGroup, pollReadable, waitForExit } from "../sys/processes.ts";
import { readOwnEnvironment } from "../sys/procfs.ts";
import { SysError } from "../sys/sys_error.ts";
import type { ContainerStatus } from "./status.ts";

/** How much of a hook's output is kept for the error. */
const outputTailBytes = 4096;

/**
 * Runs the hooks of one kind in the runtime's namespaces, in order, with the state on stdin (config.md,
 * "POSIX-platform Hooks").
 *
 * @throws RuntimeError `hook` at the first that fails; the others do not run
 */
export function runHooks(
  name: HookName,
  hooks: readonly Hook[],
  state: HookState,
  container: { readonly status: ContainerStatus; readonly pid: number },
): void {
  for (const [index, hook] of hooks.entries()) runHook(name, index, hook, state, container);
}

/** As `runHooks`, but a failure is told to `warn` and the next hook runs: the rule for poststop. */
export function runHooksToTheEnd(
  name: HookName,
  hooks: readonly Hook[],
  state: HookState,
  container: { readonly status: ContainerStatus; readonly pid: number },
  warn: (message: string) => void,
): void {
  hooks.forEach((hook, index) => {
    try {
      runHook(name, index, hook, state, container);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      warn(error.message);
    }
  });
}

function runHook(
  name: HookName,
  index: number,
  hook: Hook,
  state: HookState,
  container: { readonly status: ContainerStatus; readonly pid: number },
): void {
  const at = `/hooks/${name}/${index}`;
  const failed = (reason: string) =>
    new RuntimeError("hook", `error running ${name} hook #${index}: ${reason}`, { at });
  const [stdinTheirs, stdinOurs] = pipe();
  const [outputOurs, outputTheirs] = pipe();
  let child: { pid: number; pidfd: number };
  try {
    child = spawn({
      program: hook.path,
      args: hookArgs(hook),
      env: hook.env ?? readOwnEnvironment(),
      fds: [
        [stdinTheirs, 0],
        [outputTheirs, 1],
        [outputTheirs, 2],
      ],
      ownProcessGroup: true,
    });
  } catch (error) {
    close(stdinOurs);
    close(outputOurs);
    if (!(error instanceof SysError)) throw error;
    throw failed(`${hook.path}: ${errnoReason(error.errno)}`);
  } finally {
    close(stdinTheirs);
    close(outputTheirs);
  }
  try {
    const [head, tail] = formatHookState(state, container.status);
    writeToPipe(stdinOurs, encodeUtf8(`${head}${container.pid}${tail}`));
    close(stdinOurs);
    const deadline = hook.timeout === undefined ? undefined : Date.now() + hook.timeout * 1000;
    const output = drainUntilExit(child.pidfd, outputOurs, deadline);
    if (output.timedOut) {
      killProcessGroup(child.pid, SIGKILL);
      waitForExit(child.pidfd);
      throw failed(`hook ran past specified timeout of ${hook.timeout?.toFixed(1)}s${told(output.text)}`);
    }
    const status = waitForExit(child.pidfd);
    if ("signal" in status) throw failed(`signal ${status.signal}${told(output.text)}`);
    if (status.code !== 0) throw failed(`exit status ${status.code}${told(output.text)}`);
  } finally {
    close(outputOurs);
    close(child.pidfd);
  }
}

function told(output: string): string {
  return output === "" ? "" : `, output: ${output}`;
}

/**
 * Reads what the hook writes until it ends. What it leaves running may hold its stdout for ever, so the end
 * of the process counts, not the end of the output.
 */
function drainUntilExit(
  pidfd: number,
  output: number,
  deadline: number | undefined,
): { timedOut: boolean; text: string } {
  let kept = new Uint8Array(0);
  const chunk = new Uint8Array(4096);
  let open = true;
  for (;;) {
    const timeout = deadline === undefined ? -1 : Math.max(deadline - Date.now(), 0);
    const ready = pollReadable(open ? [pidfd, output] : [pidfd], timeout);
    if (ready.includes(output)) {
      const count = read(output, chunk);
      if (count === 0) open = false;
      const joined = new Uint8Array(kept.length + count);
      joined.set(kept);
      joined.set(chunk.subarray(0, count), kept.length);
      kept = joined.subarray(Math.max(joined.length - outputTailBytes, 0));
    } else if (ready.includes(pidfd)) {
      return { timedOut: false, text: decodeUtf8(kept).trim() };
    } else if (deadline !== undefined && Date.now() >= deadline) {
      return { timedOut: true, text: decodeUtf8(kept).trim() };
    }
  }
}
