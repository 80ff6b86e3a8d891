import { RuntimeError } from "../errors.ts";
import type { HookState } from "../process/plan_hooks.ts";
import type { SeccompListener } from "../process/seccomp/plan_seccomp.ts";
import { stringifyJson } from "../spec/stringify.ts";
import type { ContainerProcessState, ContainerStatus } from "../spec/types.ts";
import { sendMessage } from "../sys/clone_helper.ts";
import { close } from "../sys/files.ts";
import { encodeUtf8 } from "../sys/libc.ts";
import { connectUnix } from "../sys/sockets.ts";
import { SysError } from "../sys/sys_error.ts";

/**
 * Sends the container process state with the notify descriptor to the seccomp agent: one message on one
 * connection (config-linux.md, "Containers processes state").
 *
 * @param pid of the process that the filter is on
 * @throws RuntimeError with the pointer of the path
 */
export function sendSeccompListener(
  listener: SeccompListener,
  fd: number,
  pid: number,
  container: HookState & { readonly status: ContainerStatus; readonly pid: number },
): void {
  const { ociVersion, id, status, bundle, annotations } = container;
  const state: ContainerProcessState = {
    ociVersion,
    fds: ["seccompFd"],
    pid,
    metadata: listener.metadata,
    state: { ociVersion, id, status, pid: container.pid, bundle, annotations },
  };
  try {
    const socket = connectUnix(listener.path);
    try {
      sendMessage(socket, encodeUtf8(stringifyJson(state)), fd);
    } finally {
      close(socket);
    }
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    throw new RuntimeError("host", `cannot send the seccomp listener to ${listener.path}: ${error.message}`, {
      at: "/linux/seccomp/listenerPath",
      errno: error.errno,
      hint: "a seccomp agent has to listen there before the container is created",
    });
  }
}
