import { configError } from "../errors.ts";
import { formatIdMap } from "../plan/format_id_map.ts";
import { idmapModes, pathModes } from "../plan/ops.ts";
import { type Op, op } from "../plan/plan.ts";
import type { Mount } from "../spec/types.ts";
import {
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NODIRATIME,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_NOSYMFOLLOW,
  MOUNT_ATTR_RDONLY,
  type ParsedOptions,
} from "./mount_options.ts";
import { isCoverableProcFile } from "./proc_files.ts";

export interface BindContext {
  readonly bundle: string;
  readonly userNamespace: boolean;
  readonly privileged: boolean;
}

export interface BindPlan {
  readonly mount: Op;
  /** Set when init cannot open the source itself: what the helper does for it. */
  readonly source: Op | undefined;
}

const everyFlag =
  MOUNT_ATTR_RDONLY |
  MOUNT_ATTR_NOSUID |
  MOUNT_ATTR_NODEV |
  MOUNT_ATTR_NOEXEC |
  MOUNT_ATTR_NODIRATIME |
  MOUNT_ATTR_NOSYMFOLLOW;

/**
 * A bind takes the attributes of its source, unless any is named: then exactly the named ones hold, as with
 * mount(2) MS_REMOUNT | MS_BIND. Only the atime mode stays when none is named, and what is locked.
 *
 * Its source is opened by init, except in a user namespace, whose root cannot go wherever the caller can, and
 * when ids are mapped, which takes rights over the file system of the source.
 *
 * @throws RuntimeError `config`
 */
export function planBind(
  mount: Mount,
  destination: string,
  options: ParsedOptions,
  at: string,
  context: BindContext,
): BindPlan {
  if (options.parameters.length > 0) {
    const names = options.parameters.join(",");
    throw configError(`${at}/options`, `bind mounts take no options of a file system: ${names}`);
  }
  const anyNamed = options.attrSet !== 0n || options.attrClear !== 0n;
  const coversProc = isCoverableProcFile(destination);
  const source = absoluteSource(mount.source ?? "", context.bundle);
  const recursive = options.bind === "rbind" ? 1 : 0;
  const idmap = idmapMode(mount, options);
  const given = idmap !== idmapModes.none || (context.userNamespace && context.privileged);
  return {
    mount: op("bind", at, {
      source,
      destination,
      recursive,
      given: given ? 1 : 0,
      attrSet: options.attrSet,
      attrClear: options.attrClear,
      attrReset: anyNamed ? everyFlag & ~options.attrSet & ~options.attrClear : 0n,
      recSet: options.recSet,
      recClear: options.recClear,
      propagation: options.propagation,
      pathMode: coversProc ? pathModes.noSymlinks : pathModes.inRoot,
      coversProc: coversProc ? 1 : 0,
    }),
    source: given ? planSource(mount, source, recursive, idmap, at) : undefined,
  };
}

/** Relative sources are taken from the bundle. */
function absoluteSource(source: string, bundle: string): string {
  return source.startsWith("/") ? source : `${bundle}/${source}`;
}

type IdmapMode = (typeof idmapModes)[keyof typeof idmapModes];

function idmapMode({ uidMappings = [], gidMappings = [] }: Mount, options: ParsedOptions): IdmapMode {
  if (options.idmap === "ridmap") return idmapModes.recursive;
  const asked = options.idmap === "idmap" || uidMappings.length > 0 || gidMappings.length > 0;
  return asked ? idmapModes.top : idmapModes.none;
}

/** Without mappings of its own, a mount takes those of the container. */
function planSource(mount: Mount, source: string, recursive: number, idmap: IdmapMode, at: string): Op {
  const uidMap = formatIdMap(mount.uidMappings ?? []);
  return op("openSource", at, {
    source,
    recursive,
    idmap,
    uidMap,
    gidMap: formatIdMap(mount.gidMappings ?? []),
    userNamespace: idmap !== idmapModes.none && uidMap === "" ? "ns_user" : "none",
  });
}
