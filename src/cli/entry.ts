/** The program: the process this code runs in, as `main` wants to see it, and the one exit. */
import { errno } from "../errno.ts";
import { O_APPEND, O_CREAT, O_WRONLY } from "../sys/constants.ts";
import { commandLine } from "../sys/engine.ts";
import { exists, getcwd, open, readTextFile, writeAll } from "../sys/files.ts";
import { encodeUtf8, libc } from "../sys/libc.ts";
import { inUserNamespace } from "../sys/procfs.ts";
import { isErrno } from "../sys/sys_error.ts";
import type { Io } from "./command_context.ts";
import { main } from "./main.ts";

const io: Io = {
  env: process.env,
  cwd: getcwd,
  euid: () => Number(libc.geteuid()),
  // The initial user namespace maps everything to itself: user_namespaces(7).
  inUserNamespace,
  passwd: () => textOrEmpty("/etc/passwd"),
  exists,
  isTerminal: (fd) => Number(libc.isatty(fd)) === 1,
  now: () => Date.now(),
  openLog: (path) => open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644),
  write: (fd, text) => writeAll(fd, encodeUtf8(text)),
};

function textOrEmpty(path: string): string {
  try {
    return readTextFile(path);
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.EACCES)) return "";
    throw error;
  }
}

// _exit(2) and not process.exit(): the engine's own tear-down takes longer than most commands.
main(commandLine().slice(1), io).then(
  (status) => libc._exit(status),
  () => libc._exit(1),
);
