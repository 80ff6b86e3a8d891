import { configError } from "../../errors.ts";
import { childPointer } from "../../spec/json_pointer.ts";
import type { LinuxResources } from "../../spec/types.ts";
import type { Setting } from "../settings.ts";

const at = "/linux/resources/unified";

/**
 * Files of cgroup v2 by name, passed through: config-linux.md, "Unified". Files of "cgroup." belong to no
 * controller. A value with several lines is written line by line, as the nested-keyed files want it.
 */
export function planUnified({ unified = {} }: LinuxResources): readonly Setting[] {
  return Object.entries(unified).flatMap(([key, value]) => {
    const pointer = childPointer(at, key);
    const dot = key.indexOf(".");
    if (key.includes("/"))
      throw configError(pointer, `unified resource "${key}" must be a file name, not a path`);
    if (dot <= 0)
      throw configError(pointer, `unified resource "${key}" must be of the form CONTROLLER.PARAMETER`);
    const controller = key.slice(0, dot);
    const lines = value.split("\n").filter((line, index) => line !== "" || index === 0);
    return lines.map((line) => ({
      controller,
      file: key,
      value: line,
      does: `set unified resource "${key}" to ${line}`,
      at: pointer,
      unavailable: `unified resource "${key}" can't be set: controller "${controller}" not available`,
    }));
  });
}
