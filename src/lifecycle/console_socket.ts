import { RuntimeError } from "../errors.ts";
import { connectUnix } from "../sys/sockets.ts";
import { reasonOf, SysError } from "../sys/sys_error.ts";

/** Who leaves needs a socket to hand the terminal to; nobody else has a use for one. */
export function checkTerminal(terminal: boolean, hasSocket: boolean, detached: boolean): void {
  const refuse = (message: string) => new RuntimeError("usage", message, { at: "--console-socket" });
  if (detached && terminal && !hasSocket) {
    throw refuse("cannot allocate tty if tsrunc will detach without setting console socket");
  }
  if (hasSocket && !(detached && terminal)) {
    throw refuse("cannot use console socket if tsrunc will not detach or allocate tty");
  }
}

/** @throws RuntimeError naming the flag */
export function connectConsole(path: string | undefined): number | undefined {
  if (path === undefined) return undefined;
  try {
    return connectUnix(path);
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    throw new RuntimeError("usage", `cannot connect to the console socket ${path}: ${reasonOf(error)}`, {
      at: "--console-socket",
      errno: error.errno,
    });
  }
}
