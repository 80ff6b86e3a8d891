/** What the files of a cgroup hold before an update, so that a failed one can be taken back. */
import { SysError } from "../sys/sys_error.ts";
import { flatKey, readCgroupFile, writeCgroupFile } from "./file.ts";
import type { SettingGroup } from "./planned_settings.ts";
import type { Setting } from "./settings.ts";

export interface SavedValue {
  readonly directory: string;
  readonly file: string;
  readonly value: string;
}

/** The values that `groups` will overwrite, in that order. A file that cannot be read has nothing to go back to. */
export function saveValues(groups: readonly SettingGroup[]): readonly SavedValue[] {
  return groups.flatMap(({ directory, settings }) =>
    settings.flatMap((setting) =>
      alternatives(setting).flatMap(({ file, value }) => {
        const text = readIfReadable(directory, file);
        const saved = text === undefined ? undefined : restoringValue(file, value, text);
        return saved === undefined ? [] : { directory, file, value: saved };
      }),
    ),
  );
}

/**
 * Writes saved values, the last one first. One that contradicts another that is not yet back (a limit above
 * the memory+swap limit) is tried again. Returns what stays undone.
 */
export function restoreValues(saved: readonly SavedValue[]): readonly SysError[] {
  const refused = saved.toReversed().filter((value) => write(value) !== undefined);
  return refused.flatMap((value) => write(value) ?? []);
}

function write({ directory, file, value }: SavedValue): SysError | undefined {
  try {
    // Nothing at all would be no write: "the parent's cpus" is an empty line.
    writeCgroupFile(directory, file, value === "" ? "\n" : value);
    return undefined;
  } catch (error) {
    if (error instanceof SysError) return error;
    throw error;
  }
}

function alternatives(setting: Setting): readonly Setting[] {
  return setting.otherwise === undefined ? [setting] : [setting, setting.otherwise];
}

/** Some files can only be written (cgroup.kill), and need no memory of what was in them. */
function readIfReadable(directory: string, file: string): string | undefined {
  try {
    return readCgroupFile(directory, file);
  } catch (error) {
    if (error instanceof SysError) return undefined;
    throw error;
  }
}

/** What an entry is when the file does not list it, by the end of the file's name. */
const unlisted: readonly (readonly [end: string, value: string])[] = [
  ["io.max", "rbps=max wbps=max riops=max wiops=max"],
  ["io.bfq.weight", "default"],
  ["_device", "0"],
  ["rdma.max", "hca_handle=max hca_object=max"],
];

/**
 * What to write to get back from `written` to `text`, the content of a file. Pure. In a file with one line
 * for each device or interface, only the entry that `written` is about counts.
 */
export function restoringValue(file: string, written: string, text: string): string | undefined {
  if (file === "memory.oom_control") return flatKey(text, "oom_kill_disable");
  const key = /^(\S+) /.exec(written)?.[1];
  const neutral = unlisted.find(([end]) => file.endsWith(end))?.[1];
  if (key === undefined || (neutral === undefined && !text.includes("\n"))) return text.split("\n")[0];
  const listed = text.split("\n").find((line) => line.startsWith(`${key} `));
  return listed ?? (neutral === undefined ? undefined : `${key} ${neutral}`);
}
