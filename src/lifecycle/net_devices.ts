import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import type { NetDeviceMove } from "../namespaces/net_devices.ts";
import { O_RDONLY } from "../sys/constants.ts";
import { close, fstat, open } from "../sys/files.ts";
import { RouteSocket } from "../sys/netlink.ts";
import {
  addAddress,
  getLink,
  inNetworkNamespace,
  type Link,
  type LinkAddress,
  listLinks,
  moveLink,
  permanentAddresses,
  setLinkUp,
} from "../sys/network_devices.ts";
import { isErrno, reasonOf, SysError } from "../sys/sys_error.ts";

/** One of the two network namespaces, while devices are moved between them. */
interface Side {
  readonly socket: RouteSocket;
  readonly namespace: number;
}

/**
 * Moves devices of the runtime's network namespace into that of init, with their permanent global addresses,
 * and sets them up. Once the container is created they are its own: the specification forbids to fetch them
 * back. Until then a failure of `create` gives them back as they were, which is why the sockets stay open: they
 * keep the namespace, and with it the devices, alive when init is dead already. They are closed by `undo`, or
 * when tsrunc exits.
 *
 * @throws RuntimeError with the pointer of the device
 */
export function moveNetDevices(
  moves: readonly NetDeviceMove[],
  pid: number,
  undo: { readonly push: (step: () => void) => void },
): void {
  if (moves.length === 0) return;
  const host = openSide("/proc/thread-self/ns/net", undo);
  const container = openSide(`/proc/${pid}/ns/net`, undo);
  if (fstat(host.namespace).inode === fstat(container.namespace).inode) {
    throw new RuntimeError("config", "the container has the runtime's own network namespace", {
      at: "/linux/netDevices",
      hint: "there is nowhere to move the devices to",
    });
  }
  for (const move of moves) {
    try {
      moveDevice(move, host, container, undo);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      throw describe(move, error);
    }
  }
}

function openSide(path: string, undo: { readonly push: (step: () => void) => void }): Side {
  const namespace = open(path, O_RDONLY);
  undo.push(() => close(namespace));
  const socket = inNetworkNamespace(namespace, () => new RouteSocket());
  undo.push(() => socket.close());
  return { socket, namespace };
}

function moveDevice(
  move: NetDeviceMove,
  host: Side,
  container: Side,
  undo: { readonly push: (step: () => void) => void },
): void {
  const link = getLink(host.socket, move.hostName);
  const addresses = permanentAddresses(host.socket, link.index);
  const before = listLinks(container.socket);
  // The kernel moves first and renames then: a name that is taken must be found out before.
  if (before.some(({ name }) => name === move.name))
    throw new SysError("RTM_NEWLINK", undefined, errno.EEXIST);
  const known = new Set(before.map(({ index }) => index));
  undo.push(() => giveBack(move, link, addresses, known, host, container));
  moveLink(host.socket, link.index, container.namespace, move.name);
  const moved = findMoved(container.socket, move.name, known);
  if (moved === undefined) throw new SysError("RTM_GETLINK", undefined, errno.ENODEV);
  restore(container.socket, moved.index, addresses, true);
}

/**
 * Finds the device that was not there before. Its index does not tell: it may be taken in the new namespace,
 * and then the device gets another one. Of its name, "%d" is the kernel's choice.
 */
function findMoved(socket: RouteSocket, name: string, known: ReadonlySet<number>): Link | undefined {
  const [head, tail] = name.split("%d") as [string, string | undefined];
  const isNamed = (link: Link) =>
    tail === undefined ? link.name === name : link.name.startsWith(head) && link.name.endsWith(tail);
  return listLinks(socket).find((link) => !known.has(link.index) && isNamed(link));
}

/** The kernel takes a moved device down and forgets its addresses; everything else comes along. */
function restore(socket: RouteSocket, index: number, addresses: readonly LinkAddress[], up: boolean): void {
  for (const address of addresses) addAddress(socket, index, address);
  if (up) setLinkUp(socket, index);
}

/** Also after a move that failed half way: then the device is there under its old name, or never went. */
function giveBack(
  move: NetDeviceMove,
  link: Link,
  addresses: readonly LinkAddress[],
  known: ReadonlySet<number>,
  host: Side,
  container: Side,
): void {
  const isStillHere = listLinks(host.socket).some(
    ({ index, name }) => index === link.index && name === link.name,
  );
  if (isStillHere) return;
  const moved =
    findMoved(container.socket, move.name, known) ?? findMoved(container.socket, link.name, known);
  if (moved === undefined) return;
  moveLink(container.socket, moved.index, host.namespace, link.name);
  restore(host.socket, getLink(host.socket, link.name).index, addresses, link.up);
}

function describe(move: NetDeviceMove, error: SysError): RuntimeError {
  const shown = JSON.stringify(move.hostName);
  const details = { at: move.at, errno: error.errno };
  if (error.call === "RTM_GETLINK" && isErrno(error, errno.ENODEV)) {
    return new RuntimeError("host", `there is no network device ${shown}`, details);
  }
  if (isErrno(error, errno.EEXIST) && error.call === "RTM_NEWLINK") {
    return new RuntimeError(
      "host",
      `cannot move network device ${shown}: the container has a device ${JSON.stringify(move.name)} already`,
      details,
    );
  }
  if (isErrno(error, errno.EINVAL) && error.call === "RTM_NEWLINK") {
    return new RuntimeError("host", `cannot move network device ${shown}: ${reasonOf(error)}`, {
      ...details,
      hint: "devices such as lo, and some tunnels, cannot leave their network namespace",
    });
  }
  return new RuntimeError(
    "host",
    `cannot move network device ${shown}: ${reasonOf(error)} (${error.call})`,
    details,
  );
}
