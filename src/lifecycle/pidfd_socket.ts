import { RuntimeError } from "../errors.ts";
import { sendMessage } from "../sys/clone_helper.ts";
import { close } from "../sys/files.ts";
import { encodeUtf8 } from "../sys/libc.ts";
import { connectUnix } from "../sys/sockets.ts";
import { SysError } from "../sys/sys_error.ts";

/**
 * Sends a pidfd of the container's process to the listener at `path`, with `kind` as the data: "standard"
 * for a container, "setns" for a process that joined one. @throws RuntimeError naming the flag
 */
export function sendPidfd(path: string, pidfd: number, kind: "standard" | "setns"): void {
  try {
    const socket = connectUnix(path);
    try {
      sendMessage(socket, encodeUtf8(kind), pidfd);
    } finally {
      close(socket);
    }
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    throw new RuntimeError("usage", `cannot send the pidfd to ${path}: ${error.message}`, {
      at: "--pidfd-socket",
      errno: error.errno,
    });
  }
}
