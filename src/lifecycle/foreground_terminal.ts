import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { receiveMessage } from "../sys/clone_helper.ts";
import { SOCK_STREAM } from "../sys/constants.ts";
import { close, read, writeAll } from "../sys/files.ts";
import { pipe } from "../sys/pipes.ts";
import { hasEnded, pollReadable } from "../sys/processes.ts";
import { socketPair } from "../sys/sockets.ts";
import { isErrno } from "../sys/sys_error.ts";
import {
  copyWindowSize,
  getTerminalSettings,
  isTerminal,
  rawSettings,
  setTerminalSettings,
  withoutNewlineTranslation,
} from "../sys/tty.ts";

const lastOutputTimeoutMs = 200;

/**
 * The terminal of a foreground `run`: the caller's terminal in raw mode on one side, the container's pty on
 * the other. Does nothing when the config wants no terminal.
 */
export class ForegroundTerminal {
  #socket: number | undefined;
  #master: number | undefined;
  #host: { readonly fd: number; readonly settings: Uint8Array } | undefined;
  #resize: number | undefined;

  /** The end of a socket pair on which init sends the pty master. */
  openSocket(): number {
    const [ours, theirs] = socketPair(SOCK_STREAM);
    this.#socket = ours;
    return theirs;
  }

  /** Takes the pty, puts the caller's terminal in raw mode. Returns the pipe for resize signals, or -1. */
  attach(): number {
    if (this.#socket === undefined) return -1;
    const { fd } = receiveMessage(this.#socket, new Uint8Array(256));
    if (fd < 0) throw new RuntimeError("internal", "init sent no terminal");
    this.#master = fd;
    setTerminalSettings(fd, withoutNewlineTranslation(getTerminalSettings(fd)));
    const host = [2, 1, 0].find(isTerminal);
    if (host === undefined) return -1;
    this.#host = { fd: host, settings: getTerminalSettings(host) };
    setTerminalSettings(host, rawSettings(this.#host.settings));
    copyWindowSize(host, fd);
    const [resizeRead, resizeWrite] = pipe();
    this.#resize = resizeRead;
    return resizeWrite;
  }

  /** Copies both ways until the process behind `pidfd` has ended and its last output is copied. */
  copyUntilExit(pidfd: number): void {
    if (this.#master === undefined) return;
    const master = this.#master;
    let stdinOpen = true;
    while (!hasEnded(pidfd)) {
      const sources = [master, pidfd];
      if (stdinOpen) sources.push(0);
      if (this.#resize !== undefined) sources.push(this.#resize);
      const ready = pollReadable(sources, -1);
      if (ready.includes(this.#resize ?? -1)) this.#copySize(master);
      if (ready.includes(0)) stdinOpen = copyChunk(0, master);
      if (ready.includes(master) && !copyChunk(master, 1)) return;
    }
    // What was written last may still be on its way through the line discipline. The end of the pty is the
    // end of the output, unless somebody who outlived the program holds it open.
    while (pollReadable([master], lastOutputTimeoutMs).length > 0) if (!copyChunk(master, 1)) return;
  }

  /** Puts the caller's terminal back. Safe at any point, also twice. */
  restore(): void {
    if (this.#host !== undefined) setTerminalSettings(this.#host.fd, this.#host.settings);
    this.#host = undefined;
    for (const fd of [this.#socket, this.#master]) if (fd !== undefined) close(fd);
    this.#socket = undefined;
    this.#master = undefined;
  }

  #copySize(master: number): void {
    read(this.#resize!, new Uint8Array(64));
    if (this.#host !== undefined) copyWindowSize(this.#host.fd, master);
  }
}

/** Moves what is there; false at the end. A pty without a program on the other side says EIO. */
function copyChunk(from: number, to: number): boolean {
  const buffer = new Uint8Array(8192);
  try {
    const count = read(from, buffer);
    if (count === 0) return false;
    writeAll(to, buffer.subarray(0, count));
    return true;
  } catch (error) {
    if (isErrno(error, errno.EIO, errno.EPIPE)) return false;
    throw error;
  }
}
