/** Network devices and their addresses, by rtnetlink(7). */
import { CLONE_NEWNET } from "../namespaces/kinds.ts";
import { O_RDONLY } from "./constants.ts";
import { close, open } from "./files.ts";
import { checked, cString, decodeUtf8, encodeUtf8 } from "./libc.ts";
import {
  concat,
  encodeAttribute,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  type RouteSocket,
  readAttributes,
  u32,
  viewOf,
} from "./netlink.ts";
import { libcRare } from "./pipes.ts";

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;

const IFLA_IFNAME = 3;
const IFLA_NET_NS_FD = 28;
const IFF_UP = 1;
const linkHeaderSize = 16;

const IFA_FLAGS = 8;
const IFA_F_PERMANENT = 0x80;
/** What a caller may ask for: NODAD, HOMEADDRESS, MANAGETEMPADDR, NOPREFIXROUTE. The kernel makes the others. */
const settableFlags = 0x02 | 0x10 | 0x100 | 0x200;
/** ADDRESS, LOCAL, BROADCAST, RT_PRIORITY, PROTO. Not the label, which begins with the name of the device. */
const keptAttributes = [1, 2, 4, 9, 11];
const RT_SCOPE_UNIVERSE = 0;
const addressHeaderSize = 8;

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
}

export interface LinkAddress {
  readonly family: number;
  readonly prefixLength: number;
  readonly flags: number;
  /** IFA_* → value, the ones that are set again. */
  readonly attributes: ReadonlyMap<number, Uint8Array>;
}

/** @throws SysError (ENODEV: there is none of that name) */
export function getLink(socket: RouteSocket, name: string): Link {
  const attribute = encodeAttribute(IFLA_IFNAME, cString(name));
  const [body] = socket.request({
    call: "RTM_GETLINK",
    type: RTM_GETLINK,
    body: concat(linkHeader(0), attribute),
  });
  return readLink(body!);
}

/** Every device of the namespace. @throws SysError */
export function listLinks(socket: RouteSocket): Link[] {
  const request = { call: "RTM_GETLINK", type: RTM_GETLINK, flags: NLM_F_DUMP, body: linkHeader(0) };
  return socket.request(request).map(readLink);
}

/** Moves a device to the network namespace of `namespace` and renames it, in one step. @throws SysError */
export function moveLink(socket: RouteSocket, index: number, namespace: number, name: string): void {
  const attributes = [
    encodeAttribute(IFLA_NET_NS_FD, u32(namespace)),
    encodeAttribute(IFLA_IFNAME, cString(name)),
  ];
  const body = concat(linkHeader(index), ...attributes);
  socket.request({ call: "RTM_NEWLINK", type: RTM_NEWLINK, body });
}

/** @throws SysError */
export function setLinkUp(socket: RouteSocket, index: number): void {
  const body = linkHeader(index);
  viewOf(body).setUint32(8, IFF_UP, true);
  viewOf(body).setUint32(12, IFF_UP, true);
  socket.request({ call: "RTM_NEWLINK", type: RTM_NEWLINK, body });
}

/** The permanent addresses of global scope, of any family. @throws SysError */
export function permanentAddresses(socket: RouteSocket, index: number): LinkAddress[] {
  const body = new Uint8Array(addressHeaderSize);
  const bodies = socket.request({ call: "RTM_GETADDR", type: RTM_GETADDR, flags: NLM_F_DUMP, body });
  return bodies.flatMap((address) => readAddress(address, index) ?? []);
}

/** @throws SysError */
export function addAddress(socket: RouteSocket, index: number, address: LinkAddress): void {
  const header = new Uint8Array(addressHeaderSize);
  header[0] = address.family;
  header[1] = address.prefixLength;
  header[3] = RT_SCOPE_UNIVERSE;
  viewOf(header).setUint32(4, index, true);
  const attributes = [...address.attributes].map(([type, value]) => encodeAttribute(type, value));
  socket.request({
    call: "RTM_NEWADDR",
    type: RTM_NEWADDR,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    body: concat(header, ...attributes, encodeAttribute(IFA_FLAGS, u32(address.flags))),
  });
}

/**
 * Runs `work` with this thread in the network namespace of `namespace`; setns(2) allows that for one thread
 * of many. What is opened inside stays there, so this is needed once for each namespace.
 *
 * @throws SysError
 */
export function inNetworkNamespace<T>(namespace: number, work: () => T): T {
  const own = open("/proc/thread-self/ns/net", O_RDONLY);
  try {
    checked("setns", undefined, () => libcRare().setns(namespace, CLONE_NEWNET));
    try {
      return work();
    } finally {
      checked("setns", undefined, () => libcRare().setns(own, CLONE_NEWNET));
    }
  } finally {
    close(own);
  }
}

/** struct ifinfomsg: u8 family, u8 pad, u16 type, i32 index, u32 flags, u32 change */
function linkHeader(index: number): Uint8Array {
  const header = new Uint8Array(linkHeaderSize);
  viewOf(header).setInt32(4, index, true);
  return header;
}

function readLink(body: Uint8Array): Link {
  const view = viewOf(body);
  const name = readAttributes(body.subarray(linkHeaderSize)).get(IFLA_IFNAME) ?? encodeUtf8("");
  return {
    index: view.getInt32(4, true),
    name: decodeUtf8(name).replace(/\0.*$/s, ""),
    up: (view.getUint32(8, true) & IFF_UP) !== 0,
  };
}

/** struct ifaddrmsg: u8 family, u8 prefix length, u8 flags, u8 scope, u32 index */
function readAddress(body: Uint8Array, index: number): LinkAddress | undefined {
  const attributes = readAttributes(body.subarray(addressHeaderSize));
  const wide = attributes.get(IFA_FLAGS);
  const flags = wide === undefined ? body[2]! : viewOf(wide).getUint32(0, true);
  if (viewOf(body).getUint32(4, true) !== index) return undefined;
  if (body[3] !== RT_SCOPE_UNIVERSE || (flags & IFA_F_PERMANENT) === 0) return undefined;
  return {
    family: body[0]!,
    prefixLength: body[1]!,
    flags: flags & settableFlags,
    attributes: new Map([...attributes].filter(([type]) => keptAttributes.includes(type))),
  };
}
