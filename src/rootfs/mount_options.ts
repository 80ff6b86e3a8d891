/**
 * The mount options of the runtime-spec (config.md, "Linux mount options"): one table to plan with and to
 * report `features` from. What is not in it goes to the file system as a parameter.
 */

export const MS_RDONLY = 1;
export const MS_REMOUNT = 32;
export const MS_BIND = 4096;
export const MS_REC = 16384;
export const MS_UNBINDABLE = 1 << 17;
export const MS_PRIVATE = 1 << 18;
export const MS_SLAVE = 1 << 19;
export const MS_SHARED = 1 << 20;

export const MOUNT_ATTR_RDONLY = 0x01n;
export const MOUNT_ATTR_NOSUID = 0x02n;
export const MOUNT_ATTR_NODEV = 0x04n;
export const MOUNT_ATTR_NOEXEC = 0x08n;
/** The field of the three atime modes: 0 is relatime. To change it, all of it must be cleared. */
export const MOUNT_ATTR_ATIME = 0x70n;
export const MOUNT_ATTR_NOATIME = 0x10n;
export const MOUNT_ATTR_STRICTATIME = 0x20n;
export const MOUNT_ATTR_NODIRATIME = 0x80n;
export const MOUNT_ATTR_NOSYMFOLLOW = 0x200000n;

type OptionEffect =
  | { readonly kind: "none" }
  | { readonly kind: "bind"; readonly recursive: boolean }
  | { readonly kind: "remount" }
  | { readonly kind: "tmpcopyup" }
  | { readonly kind: "idmap"; readonly recursive: boolean }
  /** mount_setattr(2) bits; `recursive` for the r… forms. */
  | { readonly kind: "attribute"; readonly set: bigint; readonly clear: bigint; readonly recursive: boolean }
  /** MS_* bits of the super block. */
  | { readonly kind: "super"; readonly set: number; readonly clear: number }
  | { readonly kind: "propagation"; readonly flags: number };

const set = (bits: bigint): OptionEffect => ({ kind: "attribute", set: bits, clear: 0n, recursive: false });
const clear = (bits: bigint): OptionEffect => ({ kind: "attribute", set: 0n, clear: bits, recursive: false });
const atime = (bits: bigint): OptionEffect => ({
  kind: "attribute",
  set: bits,
  clear: MOUNT_ATTR_ATIME,
  recursive: false,
});
const superSet = (flags: number): OptionEffect => ({ kind: "super", set: flags, clear: 0 });
const superClear = (flags: number): OptionEffect => ({ kind: "super", set: 0, clear: flags });
const propagation = (flags: number): OptionEffect => ({ kind: "propagation", flags });

const attributes: Readonly<Record<string, OptionEffect>> = {
  ro: set(MOUNT_ATTR_RDONLY),
  rw: clear(MOUNT_ATTR_RDONLY),
  nosuid: set(MOUNT_ATTR_NOSUID),
  suid: clear(MOUNT_ATTR_NOSUID),
  nodev: set(MOUNT_ATTR_NODEV),
  dev: clear(MOUNT_ATTR_NODEV),
  noexec: set(MOUNT_ATTR_NOEXEC),
  exec: clear(MOUNT_ATTR_NOEXEC),
  noatime: atime(MOUNT_ATTR_NOATIME),
  atime: atime(0n),
  relatime: atime(0n),
  norelatime: atime(0n),
  strictatime: atime(MOUNT_ATTR_STRICTATIME),
  nostrictatime: atime(0n),
  nodiratime: set(MOUNT_ATTR_NODIRATIME),
  diratime: clear(MOUNT_ATTR_NODIRATIME),
  nosymfollow: set(MOUNT_ATTR_NOSYMFOLLOW),
  symfollow: clear(MOUNT_ATTR_NOSYMFOLLOW),
};

/** Every attribute has a recursive twin: `rro`, `rnosuid`, … */
const recursiveAttributes = Object.fromEntries(
  Object.entries(attributes).map(([name, effect]) => [`r${name}`, { ...effect, recursive: true }]),
) as Readonly<Record<string, OptionEffect>>;

export const mountOptions: Readonly<Record<string, OptionEffect>> = {
  defaults: { kind: "none" },
  bind: { kind: "bind", recursive: false },
  rbind: { kind: "bind", recursive: true },
  remount: { kind: "remount" },
  tmpcopyup: { kind: "tmpcopyup" },
  idmap: { kind: "idmap", recursive: false },
  ridmap: { kind: "idmap", recursive: true },
  ...attributes,
  ...recursiveAttributes,
  sync: superSet(16),
  async: superClear(16),
  mand: superSet(64),
  nomand: superClear(64),
  dirsync: superSet(128),
  silent: superSet(1 << 15),
  loud: superClear(1 << 15),
  iversion: superSet(1 << 23),
  noiversion: superClear(1 << 23),
  lazytime: superSet(1 << 25),
  nolazytime: superClear(1 << 25),
  private: propagation(MS_PRIVATE),
  rprivate: propagation(MS_PRIVATE | MS_REC),
  shared: propagation(MS_SHARED),
  rshared: propagation(MS_SHARED | MS_REC),
  slave: propagation(MS_SLAVE),
  rslave: propagation(MS_SLAVE | MS_REC),
  unbindable: propagation(MS_UNBINDABLE),
  runbindable: propagation(MS_UNBINDABLE | MS_REC),
};

/** The options of one mount, sorted by what they act on. */
export interface ParsedOptions {
  bind: "none" | "bind" | "rbind";
  remount: boolean;
  copyUp: boolean;
  idmap: "none" | "idmap" | "ridmap";
  attrSet: bigint;
  attrClear: bigint;
  recSet: bigint;
  recClear: bigint;
  superFlags: number;
  propagation: number[];
  /** `key` or `key=value` for the file system. */
  parameters: string[];
}

export function parseMountOptions(options: readonly string[]): ParsedOptions {
  const parsed: ParsedOptions = {
    bind: "none",
    remount: false,
    copyUp: false,
    idmap: "none",
    attrSet: 0n,
    attrClear: 0n,
    recSet: 0n,
    recClear: 0n,
    superFlags: 0,
    propagation: [],
    parameters: [],
  };
  for (const option of options) {
    const effect = mountOptions[option];
    if (effect === undefined) parsed.parameters.push(...splitParameters(option));
    else apply(parsed, effect);
  }
  return parsed;
}

/** Later options win over earlier ones, as with mount(8). */
function apply(parsed: ParsedOptions, effect: OptionEffect): void {
  switch (effect.kind) {
    case "none":
      return;
    case "bind":
      parsed.bind = effect.recursive ? "rbind" : "bind";
      return;
    case "remount":
      parsed.remount = true;
      return;
    case "tmpcopyup":
      parsed.copyUp = true;
      return;
    case "idmap":
      parsed.idmap = effect.recursive ? "ridmap" : "idmap";
      return;
    case "attribute":
      if (effect.recursive) {
        parsed.recSet = (parsed.recSet & ~effect.clear) | effect.set;
        parsed.recClear = (parsed.recClear & ~(effect.set & ~MOUNT_ATTR_ATIME)) | effect.clear;
      } else {
        parsed.attrSet = (parsed.attrSet & ~effect.clear) | effect.set;
        parsed.attrClear = (parsed.attrClear & ~(effect.set & ~MOUNT_ATTR_ATIME)) | effect.clear;
      }
      return;
    case "super":
      parsed.superFlags = (parsed.superFlags | effect.set) & ~effect.clear;
      return;
    case "propagation":
      parsed.propagation.push(effect.flags);
      return;
    default:
      effect satisfies never;
  }
}

/**
 * mount(2) takes one comma-joined string, so an entry may hold several parameters; commas in double quotes
 * (SELinux contexts) and escaped ones (overlayfs paths) do not separate.
 */
function splitParameters(option: string): string[] {
  if (!option.includes(",")) return option === "" ? [] : [option];
  const parts = option.match(/(?:[^,"\\]|\\.|"[^"]*"|"|\\$)+/gs) ?? [];
  return parts.map((part) => part.replace(/="(.*)"$/s, "=$1"));
}
