import { type Op, op } from "../plan/plan.ts";
import type { LinuxDevice, LinuxDeviceType } from "../spec/types.ts";
import { defaultDevices, defaultLinks } from "./default_devices.ts";

const S_IFIFO = 0o010000;
const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;

/** The device types of config.json; "u" is an unbuffered character device, which Linux does not tell apart. */
const fileTypes: Readonly<Record<LinuxDeviceType, number>> = {
  c: S_IFCHR,
  u: S_IFCHR,
  b: S_IFBLK,
  p: S_IFIFO,
};

/**
 * Device nodes and links. In a user namespace mknod(2) is not permitted, so the host's node is bound there;
 * nothing is done at all when the config binds something on /dev itself, which then is the host's.
 */
export function planDevices(
  devices: readonly LinuxDevice[],
  context: { readonly userNamespace: boolean; readonly devIsBind: boolean },
): readonly Op[] {
  if (context.devIsBind) return [];
  const bindFallback = context.userNamespace ? 1 : 0;
  const configured = new Set(devices.map(({ path }) => path));
  const defaults = defaultDevices
    .filter(({ path }) => !configured.has(path))
    .map(({ path, major, minor }) =>
      op("makeNode", "/linux/devices", {
        path,
        mode: S_IFCHR | 0o666,
        major,
        minor,
        uid: 0,
        gid: 0,
        bindFallback,
      }),
    );
  // A pty multiplexer is always the link into the container's own devpts instance.
  const nodes = devices.flatMap((device, index) =>
    device.path === "/dev/ptmx" ? [] : [planDevice(device, `/linux/devices/${index}`, bindFallback)],
  );
  const links = defaultLinks.map(({ path, target }) =>
    op("symlink", "/linux/devices", { target, path, keepExisting: 1 }),
  );
  return [...defaults, ...nodes, ...links];
}

function planDevice(device: LinuxDevice, at: string, bindFallback: number): Op {
  return op("makeNode", at, {
    path: device.path,
    mode: fileTypes[device.type] | ((device.fileMode ?? 0o666) & 0o7777),
    major: Number(device.major ?? 0),
    minor: Number(device.minor ?? 0),
    uid: device.uid ?? 0,
    gid: device.gid ?? 0,
    bindFallback,
  });
}
