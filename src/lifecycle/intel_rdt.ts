import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import type { LinuxIntelRdt } from "../spec/types.ts";
import { mkdir, readTextFile, rmdir, writeKernelFile } from "../sys/files.ts";
import { isErrno, reasonOf, SysError } from "../sys/sys_error.ts";

/** What is kept of a container's place in the resctrl file system. */
export interface RdtRecord {
  /** Every process of the container is written to these, in this order. */
  readonly tasks: readonly string[];
  /** What delete removes, in this order. A group that the config names is not among them (spec). */
  readonly remove: readonly string[];
}

/** The calls that touch resctrl: tests have a tree that is none. */
export interface RdtFiles {
  readonly makeDirectory: (path: string) => void;
  readonly removeDirectory: (path: string) => void;
  readonly read: (path: string) => string;
  readonly write: (path: string, text: string) => void;
}

const kernelFiles: RdtFiles = {
  makeDirectory: (path) => mkdir(path, 0o755),
  removeDirectory: rmdir,
  read: readTextFile,
  write: writeKernelFile,
};

const pointer = "/linux/intelRdt";

/** Where resctrl is mounted; its mount point holds no blanks on any system. */
export function findResctrl(mountinfo = readTextFile("/proc/self/mountinfo")): string | undefined {
  const line = mountinfo.split("\n").find((text) => / - resctrl /.test(text));
  return line?.split(" ")[4];
}

/**
 * Makes the group of a container and sets its schemata. Nothing happens, and nothing is looked at, without
 * `linux.intelRdt` (spec: MUST NOT manipulate).
 *
 * @param onIntent gets the record before anything is made
 * @throws RuntimeError; what was made is then for `undo`
 */
export function createRdtGroup(
  rdt: LinuxIntelRdt | undefined,
  id: string,
  undo: { readonly push: (step: () => void) => void },
  onIntent: (record: RdtRecord) => void,
  root: () => string | undefined = findResctrl,
  files: RdtFiles = kernelFiles,
): RdtRecord | undefined {
  if (rdt === undefined) return undefined;
  const mountPoint = root();
  if (mountPoint === undefined) {
    throw new RuntimeError("host", "intelRdt is set, but no resctrl file system is mounted", { at: pointer });
  }
  const closId = rdt.closID ?? "";
  const schemata = schemataOf(rdt);
  const group = closId === "/" ? mountPoint : `${mountPoint}/${closId || id}`;
  const monitoring = rdt.enableMonitoring === true ? `${group}/mon_groups/${id}` : undefined;
  const existing = readIfThere(`${group}/schemata`, files);

  if (existing !== undefined && closId !== "") compareSchemata(rdt, existing, group);
  if (existing === undefined && closId !== "" && schemata.length === 0) {
    throw new RuntimeError("host", `there is no resctrl group ${group}, and no schema to make one`, {
      at: `${pointer}/closID`,
    });
  }
  const ownGroup = existing === undefined && closId === "" ? [group] : [];
  const record = {
    tasks: [group, ...listOf(monitoring)].map((directory) => `${directory}/tasks`),
    remove: [...listOf(monitoring), ...ownGroup],
  };
  onIntent(record);
  if (existing === undefined) makeGroup(group, "/closID", mountPoint, undo, files);
  if (schemata.length > 0) {
    const text = `${schemata.join("\n")}\n`;
    explain(mountPoint, "/schemata", files, `set the schemata of ${group}`, () =>
      files.write(`${group}/schemata`, text),
    );
  }
  if (monitoring !== undefined) makeGroup(monitoring, "/enableMonitoring", mountPoint, undo, files);
  return record;
}

/** Puts a process of the container into its groups. @throws RuntimeError */
export function joinRdtGroup(
  record: RdtRecord | undefined,
  pid: number,
  files: RdtFiles = kernelFiles,
): void {
  for (const path of record?.tasks ?? []) {
    explain(undefined, "", files, `put process ${pid} into ${path}`, () => files.write(path, `${pid}`));
  }
}

/**
 * Gives the group of a running container other schemata.
 *
 * @throws RuntimeError; what was changed is then for `undo`
 */
export function setRdtSchemata(
  record: RdtRecord | undefined,
  schemata: Pick<LinuxIntelRdt, "l3CacheSchema" | "memBwSchema">,
  undo: { readonly push: (step: () => void) => void },
  files: RdtFiles = kernelFiles,
): void {
  const at = schemata.l3CacheSchema === undefined ? "--mem-bw-schema" : "--l3-cache-schema";
  const group = rdtGroupOf(record);
  if (group === undefined) {
    throw new RuntimeError("state", "cannot set schemata: the container was created without intelRdt", {
      at,
    });
  }
  explain(undefined, "/schemata", files, `set the schemata of ${group}`, () => {
    const before = files.read(`${group}/schemata`);
    undo.push(() => files.write(`${group}/schemata`, before));
    files.write(`${group}/schemata`, `${schemataOf(schemata).join("\n")}\n`);
  });
}

/** The directory of the container's group. */
export function rdtGroupOf(record: RdtRecord | undefined): string | undefined {
  return record?.tasks[0]?.replace(/\/tasks$/, "");
}

/** Can be run again: what is gone is gone. @throws SysError */
export function removeRdtGroups(record: RdtRecord | undefined, files: RdtFiles = kernelFiles): void {
  for (const directory of record?.remove ?? []) removeIfThere(directory, files);
}

/** The order in which they are written (spec): L3, then MB, then everything else. */
function schemataOf({
  l3CacheSchema = "",
  memBwSchema = "",
  schemata = [],
}: LinuxIntelRdt): readonly string[] {
  return [l3CacheSchema, memBwSchema, ...schemata].filter((line) => line !== "");
}

function makeGroup(
  directory: string,
  member: string,
  root: string,
  undo: { readonly push: (step: () => void) => void },
  files: RdtFiles,
): void {
  explain(root, member, files, `make the resctrl group ${directory}`, () => files.makeDirectory(directory));
  undo.push(() => removeIfThere(directory, files));
}

/** A group that the config names and that exists is shared: it must be what this container expects (spec). */
function compareSchemata(rdt: LinuxIntelRdt, existing: string, group: string): void {
  const present = readSchemata(existing);
  for (const member of ["l3CacheSchema", "memBwSchema"] as const) {
    for (const [key, value] of readSchemata(rdt[member] ?? "")) {
      if (present.get(key) === value) continue;
      throw new RuntimeError(
        "host",
        `the resctrl group ${group} has ${key}=${present.get(key) ?? "nothing"}, not ${value}`,
        { at: `${pointer}/${member}` },
      );
    }
  }
}

/** "L3:0=00f;1=f" → "L3:0" → "f", "L3:1" → "f": the kernel pads what it shows. */
function readSchemata(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [resource, domains] = line.split(":", 2) as [string, string | undefined];
    for (const domain of domains?.split(";") ?? []) {
      const [cache, value] = domain.split("=", 2) as [string, string | undefined];
      if (value === undefined) continue;
      const plain = value
        .trim()
        .toLowerCase()
        .replace(/^0+(?=.)/, "");
      values.set(`${resource.trim()}:${cache.trim()}`, plain);
    }
  }
  return values;
}

/** Failures of resctrl are explained in a file of its own. */
function explain(
  root: string | undefined,
  member: string,
  files: RdtFiles,
  what: string,
  work: () => void,
): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    const said = root === undefined ? "" : (readIfThere(`${root}/info/last_cmd_status`, files) ?? "").trim();
    const more = said === "" || said === "ok" ? "" : ` (${said})`;
    throw new RuntimeError("syscall", `cannot ${what}: ${reasonOf(error)}${more}`, {
      at: pointer + member,
      errno: error.errno,
    });
  }
}

function readIfThere(path: string, files: RdtFiles): string | undefined {
  try {
    return files.read(path);
  } catch (error) {
    if (isErrno(error, errno.ENOENT)) return undefined;
    throw error;
  }
}

function removeIfThere(directory: string, files: RdtFiles): void {
  try {
    files.removeDirectory(directory);
  } catch (error) {
    if (!isErrno(error, errno.ENOENT)) throw error;
  }
}

function listOf(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
