import { forwardSignals } from "../sys/clone_helper.ts";
import { close } from "../sys/files.ts";
import { becomeSubreaper, exitCode, waitForExit } from "../sys/processes.ts";
import { connectConsole } from "./console_socket.ts";
import { type CreatedContainer, type CreateRequest, create } from "./create.ts";
import { deleteContainer } from "./delete.ts";
import { ForegroundTerminal } from "./foreground_terminal.ts";
import { startContainer } from "./start.ts";

export interface RunRequest extends CreateRequest {
  readonly detach: boolean;
  /** Leave the stopped container for `delete`. */
  readonly keep: boolean;
  readonly noSubreaper: boolean;
}

/**
 * `tsrunc run`: create and start; without `detach` wait for the end, delete, and return the exit status of
 * the process (128 + n when signal n killed it).
 */
export function runContainer(request: RunRequest): number {
  if (request.detach) {
    startOrDelete(
      request,
      create(request, () => connectConsole(request.consoleSocket), true),
    );
    return 0;
  }
  if (!request.noSubreaper) becomeSubreaper();
  const terminal = new ForegroundTerminal();
  try {
    const created = create(request, (wanted) => (wanted ? terminal.openSocket() : undefined), false);
    const resizePipe = terminal.attach();
    forwardSignals(created.init.pidfd, resizePipe);
    startOrDelete(request, created);
    terminal.copyUntilExit(created.init.pidfd);
    const status = waitForExit(created.init.pidfd);
    close(created.init.pidfd);
    if (!request.keep) deleteContainer({ ...request, force: true });
    return exitCode(status);
  } finally {
    terminal.restore();
  }
}

/** A container that cannot be started is not kept: its id would be taken by nothing. */
function startOrDelete(request: RunRequest, created: CreatedContainer): void {
  try {
    startContainer(request);
  } catch (error) {
    waitForExitQuietly(created.init.pidfd);
    deleteContainer({ ...request, force: true });
    throw error;
  }
}

function waitForExitQuietly(pidfd: number): void {
  try {
    waitForExit(pidfd);
  } catch {
    // It may be reaped already.
  }
}
