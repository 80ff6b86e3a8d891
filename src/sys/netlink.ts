/** Requests to the kernel's routing tables: netlink(7), rtnetlink(7). Everything is in host byte order. */
import { AF_NETLINK, NETLINK_ROUTE, SOCK_CLOEXEC, SOCK_RAW } from "./constants.ts";
import { close } from "./files.ts";
import { checked, libc } from "./libc.ts";
import { receive, send } from "./sockets.ts";
import { SysError } from "./sys_error.ts";

export const NLM_F_REQUEST = 0x001;
export const NLM_F_ACK = 0x004;
export const NLM_F_DUMP = 0x300;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const headerSize = 16;
const attributeHeaderSize = 4;

export interface NetlinkRequest {
  /** What it is for, as an error names it. */
  readonly call: string;
  /** RTM_*. */
  readonly type: number;
  /** NLM_F_* beyond REQUEST and ACK. */
  readonly flags?: number;
  /** The fixed struct of the type, and the attributes behind it. */
  readonly body: Uint8Array;
}

/** A socket to the routing tables of the network namespace it was opened in, wherever its user is later. */
export class RouteSocket {
  readonly #fd: number;
  #sequence = 0;

  /** @throws SysError */
  constructor() {
    this.#fd = checked("socket", undefined, () =>
      libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
    );
  }

  close(): void {
    close(this.#fd);
  }

  /** Sends one request and returns the bodies of what comes back. @throws SysError what the kernel answers */
  request({ call, type, flags = 0, body }: NetlinkRequest): Uint8Array[] {
    this.#sequence += 1;
    send(this.#fd, encodeMessage(type, flags | NLM_F_REQUEST | NLM_F_ACK, this.#sequence, body));
    const bodies: Uint8Array[] = [];
    for (;;) {
      const buffer = new Uint8Array(64 * 1024);
      const length = receive(this.#fd, buffer);
      for (const message of splitMessages(buffer.subarray(0, length))) {
        // An answer to an earlier request that failed half way.
        if (message.sequence !== this.#sequence) continue;
        if (message.type === NLMSG_ERROR || message.type === NLMSG_DONE) {
          const error = message.body.length < 4 ? 0 : -viewOf(message.body).getInt32(0, true);
          if (error !== 0) throw new SysError(call, undefined, error);
          return bodies;
        }
        bodies.push(message.body);
      }
    }
  }
}

/** struct nlmsghdr: u32 length, u16 type, u16 flags, u32 sequence, u32 port */
export function encodeMessage(type: number, flags: number, sequence: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerSize + body.length);
  const view = viewOf(bytes);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  bytes.set(body, headerSize);
  return bytes;
}

interface Message {
  readonly type: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}

export function splitMessages(bytes: Uint8Array): Message[] {
  const messages: Message[] = [];
  const view = viewOf(bytes);
  for (let offset = 0; offset + headerSize <= bytes.length; ) {
    const length = view.getUint32(offset, true);
    if (length < headerSize || offset + length > bytes.length) break;
    messages.push({
      type: view.getUint16(offset + 4, true),
      sequence: view.getUint32(offset + 8, true),
      body: bytes.subarray(offset + headerSize, offset + length),
    });
    offset += align(length);
  }
  return messages;
}

/** struct rtattr: u16 length, u16 type, then the value, padded to 4. */
export function encodeAttribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(align(attributeHeaderSize + value.length));
  viewOf(bytes).setUint16(0, attributeHeaderSize + value.length, true);
  viewOf(bytes).setUint16(2, type, true);
  bytes.set(value, attributeHeaderSize);
  return bytes;
}

/** Type → value. The two highest bits of a type are flags. */
export function readAttributes(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>();
  const view = viewOf(bytes);
  for (let offset = 0; offset + attributeHeaderSize <= bytes.length; ) {
    const length = view.getUint16(offset, true);
    if (length < attributeHeaderSize || offset + length > bytes.length) break;
    const type = view.getUint16(offset + 2, true) & 0x3fff;
    attributes.set(type, bytes.subarray(offset + attributeHeaderSize, offset + length));
    offset += align(length);
  }
  return attributes;
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function align(length: number): number {
  return (length + 3) & ~3;
}
