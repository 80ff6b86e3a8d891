/** native/clone_helper.c: starting programs from a many-threaded process, and descriptors over sockets. */
import { errno } from "../errno.ts";
import { helperLibraryBytes, loadLibrary } from "./engine.ts";
import { encodeUtf8 } from "./libc.ts";
import { helperSymbols } from "./libc_symbols.ts";
import { memfdWith } from "./memfd.ts";
import { SysError } from "./sys_error.ts";

let library: ReturnType<typeof loadLibrary<typeof helperSymbols>> | undefined;

/** The helper travels inside the executable; the dynamic loader gets it as a memory file. */
function helper(): NonNullable<typeof library> {
  if (library === undefined) {
    const fd = memfdWith("clone_helper", helperLibraryBytes());
    library = loadLibrary(`/proc/self/fd/${fd}`, helperSymbols);
  }
  return library;
}

export interface SpawnRequest {
  /** The program: an open descriptor of it, or a path. */
  readonly program: number | string;
  readonly args: readonly string[];
  /** NAME=VALUE. */
  readonly env: readonly string[];
  /** Descriptors of the child: [ours, theirs]. No other descriptor above 2 reaches the program. */
  readonly fds: readonly (readonly [from: number, to: number])[];
  /** Open directory to start in. */
  readonly workingDirectory?: number | undefined;
  /** Make the child the leader of its own process group. */
  readonly ownProcessGroup?: boolean;
}

/**
 * Starts a program by clone3(CLONE_VM | CLONE_VFORK | CLONE_PIDFD): the heap of the engine is not copied.
 * Signal handlers are reset and the mask is emptied.
 *
 * @throws SysError `execve` when the program cannot be executed; then no child is left.
 */
export function spawn(request: SpawnRequest): { pid: number; pidfd: number } {
  const strings = [
    typeof request.program === "string" ? request.program : "",
    ...request.args,
    ...request.env,
  ];
  const text = encodeUtf8(`${strings.join("\0")}\0`);
  const numbers = [
    typeof request.program === "number" ? request.program : -1,
    request.workingDirectory ?? -1,
    request.ownProcessGroup === true ? 1 : 0,
    request.fds.length,
    ...request.fds.flat(),
    request.args.length,
    request.env.length,
  ];
  const bytes = new Uint8Array(numbers.length * 4 + text.length);
  bytes.set(new Uint8Array(new Int32Array(numbers).buffer));
  bytes.set(text, numbers.length * 4);
  const pidfd = new Int32Array(new ArrayBuffer(64));
  const pid = Number(helper().tsrunc_spawn(bytes, bytes.length, new Uint8Array(pidfd.buffer)));
  if (pid < 0) throw new SysError("execve", strings[0] === "" ? strings[1] : strings[0], -pid);
  return { pid, pidfd: pidfd[0]! };
}

/** sendmsg(2) with at most one descriptor (SCM_RIGHTS). SIGPIPE is never raised. @throws SysError */
export function sendMessage(socket: number, bytes: Uint8Array, fd = -1): void {
  const sent = Number(helper().tsrunc_send(socket, bytes, bytes.length, fd));
  if (sent < 0) throw new SysError("sendmsg", undefined, -sent);
}

/** recvmsg(2); `length` 0 at end of file, `fd` -1 when none came. @throws SysError */
export function receiveMessage(socket: number, buffer: Uint8Array): { length: number; fd: number } {
  const fd = new Int32Array(new ArrayBuffer(64));
  const length = Number(helper().tsrunc_receive(socket, buffer, buffer.length, new Uint8Array(fd.buffer)));
  if (length < 0 && length !== -errno.ECONNRESET) throw new SysError("recvmsg", undefined, -length);
  return { length: Math.max(length, 0), fd: fd[0]! };
}

/**
 * From now on signals to this process go to the process behind `pidfd`; a change of the terminal's size is a
 * byte on `resizePipe` (-1: goes to the process as well). native/signal_relay.c @throws SysError
 */
export function forwardSignals(pidfd: number, resizePipe: number): void {
  const result = Number(helper().tsrunc_forward_signals(pidfd, resizePipe));
  if (result < 0) throw new SysError("sigaction", undefined, -result);
}
