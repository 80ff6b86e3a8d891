import {
  AF_UNIX,
  MSG_NOSIGNAL,
  O_DIRECTORY,
  O_PATH,
  SOCK_CLOEXEC,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "./constants.ts";
import { close, open } from "./files.ts";
import { checked, encodeUtf8, libc } from "./libc.ts";

/** A connected pair of record-keeping sockets, close-on-exec. @throws SysError */
export function socketPair(type: number = SOCK_SEQPACKET): [number, number] {
  const pair = new Int32Array(new ArrayBuffer(64));
  const bytes = new Uint8Array(pair.buffer);
  checked("socketpair", undefined, () => libc.socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, bytes));
  return [pair[0]!, pair[1]!];
}

/**
 * A unix socket that listens at `path`. The address goes through /proc/self/fd, because sun_path holds 107
 * bytes and state directories may be longer. @throws SysError
 */
export function listenUnix(path: string, mode: number, type: number = SOCK_SEQPACKET): number {
  const socket = checked("socket", path, () => libc.socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  const previous = Number(libc.umask(0o777 & ~mode));
  try {
    withUnixAddress(path, (address) => {
      checked("bind", path, () => libc.bind(socket, address, address.length));
    });
    checked("listen", path, () => libc.listen(socket, 16));
    return socket;
  } catch (error) {
    close(socket);
    throw error;
  } finally {
    libc.umask(previous);
  }
}

/** Connects to the unix socket at `path`. @throws SysError (ECONNREFUSED: nobody listens any more) */
export function connectUnix(path: string, type: number = SOCK_STREAM): number {
  const socket = checked("socket", path, () => libc.socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  try {
    withUnixAddress(path, (address) => {
      checked("connect", path, () => libc.connect(socket, address, address.length));
    });
    return socket;
  } catch (error) {
    close(socket);
    throw error;
  }
}

function withUnixAddress(path: string, use: (address: Uint8Array) => void): void {
  const slash = path.lastIndexOf("/");
  const directory = open(slash <= 0 ? "/" : path.slice(0, slash), O_PATH | O_DIRECTORY);
  try {
    const name = encodeUtf8(`/proc/self/fd/${directory}/${path.slice(slash + 1)}`);
    // struct sockaddr_un: u16 family, char path[108]
    const address = new Uint8Array(2 + name.length + 1);
    address[0] = AF_UNIX;
    address.set(name, 2);
    use(address);
  } finally {
    close(directory);
  }
}

/** send(2) without SIGPIPE. @throws SysError */
export function send(socket: number, bytes: Uint8Array): void {
  checked("send", undefined, () => libc.send(socket, bytes, bytes.length, MSG_NOSIGNAL));
}

/** recv(2): the number of bytes, 0 at end of file. @throws SysError */
export function receive(socket: number, buffer: Uint8Array): number {
  return checked("recv", undefined, () => libc.recv(socket, buffer, buffer.length, 0));
}
