/** The only reader and writer of cgroup files. */
import { errno, errnoReason } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { O_WRONLY } from "../sys/constants.ts";
import { close, exists, open, readTextFile, writeAll, writeKernelFile } from "../sys/files.ts";
import { encodeUtf8 } from "../sys/libc.ts";
import { isErrno, SysError } from "../sys/sys_error.ts";
import { cgroupRoot } from "./hierarchy.ts";
import { missingController, type Setting } from "./settings.ts";

/** The text of a file without the last newline; undefined when the file or the cgroup is not there. */
export function readCgroupFile(directory: string, file: string): string | undefined {
  try {
    return readTextFile(`${directory}/${file}`).trimEnd();
  } catch (error) {
    // ENODEV: the cgroup went away while its file was open.
    if (isErrno(error, errno.ENOENT, errno.ENODEV)) return undefined;
    throw error;
  }
}

/** One write; false when the file or the cgroup is not there. @throws SysError */
export function writeCgroupFile(directory: string, file: string, value: string): boolean {
  try {
    writeKernelFile(`${directory}/${file}`, value);
    return true;
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.ENODEV)) return false;
    throw error;
  }
}

/** The value of `key` in a flat-keyed file (`populated 1`). */
export function flatKey(text: string, key: string): string | undefined {
  return text
    .split("\n")
    .find((line) => line.startsWith(`${key} `))
    ?.slice(key.length + 1);
}

export function words(text: string | undefined): readonly string[] {
  return text === undefined || text === "" ? [] : text.split(" ");
}

/** Writes the settings of one controller into its cgroup, in order. @throws RuntimeError at the setting */
export function writeSettings(directory: string, settings: readonly Setting[]): void {
  for (const setting of settings) checkUsage(directory, setting);
  const refused = writeInOrder(directory, settings, true);
  writeInOrder(directory, refused, false);
}

/** Returns the settings to try again. Successive settings of one file share a descriptor. */
function writeInOrder(directory: string, settings: readonly Setting[], first: boolean): readonly Setting[] {
  const refused: Setting[] = [];
  let file: string | undefined;
  let fd = -1;
  try {
    for (const setting of settings) {
      try {
        if (setting.file !== file) {
          if (fd >= 0) close(fd);
          fd = -1;
          file = undefined;
          fd = open(`${directory}/${setting.file}`, O_WRONLY);
          file = setting.file;
        }
        writeAll(fd, encodeUtf8(setting.value), setting.file);
      } catch (error) {
        if (isErrno(error, ...(setting.ignore ?? []))) continue;
        if (first && setting.retryLast === true && isErrno(error, errno.EINVAL)) refused.push(setting);
        else if (setting.otherwise !== undefined && isErrno(error, errno.ENOENT)) {
          writeSettings(directory, [setting.otherwise]);
        } else throw explain(directory, setting, error);
      }
    }
  } finally {
    if (fd >= 0) close(fd);
  }
  return refused;
}

function checkUsage(directory: string, { rejectAt, at }: Setting): void {
  if (rejectAt === undefined) return;
  const usage = readCgroupFile(directory, rejectAt.usage);
  if (usage === undefined || BigInt(usage) < BigInt(rejectAt.limit)) return;
  throw new RuntimeError("host", `rejecting ${rejectAt.what} ${rejectAt.limit} <= usage ${usage}`, { at });
}

function explain(directory: string, setting: Setting, error: unknown): unknown {
  if (!(error instanceof SysError)) return error;
  const { at, controller, does, hint } = setting;
  const details = { at, errno: error.errno, cause: error, hint };
  if (error.errno === errno.ENOENT) {
    const where = controllerIsMissing(directory, controller);
    if (where !== undefined) {
      return new RuntimeError("host", setting.unavailable ?? missingController(controller, where), details);
    }
    return new RuntimeError("host", `cannot ${does}: the kernel has no ${setting.file}`, details);
  }
  const reason = `${errnoReason(error.errno)}${busyWith(directory, setting, error)}`;
  return new RuntimeError("syscall", `cannot ${does}: ${reason}`, details);
}

/** Where the controller is not available; undefined when it is, or when nothing is known (v1). */
function controllerIsMissing(directory: string, controller: string): string | undefined {
  const enabled = readCgroupFile(directory, "cgroup.controllers");
  if (controller === "cgroup") return undefined;
  if (enabled === undefined) return exists(directory) ? undefined : directory;
  if (words(enabled).includes(controller)) return undefined;
  return words(readCgroupFile(cgroupRoot, "cgroup.controllers")).includes(controller)
    ? directory
    : cgroupRoot;
}

function busyWith(directory: string, { usage }: Setting, error: SysError): string {
  if (usage === undefined || error.errno !== errno.EBUSY) return "";
  const bytes = readCgroupFile(directory, usage);
  return bytes === undefined ? "" : ` (current usage ${formatBytes(Number(bytes))})`;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power]}`;
}
