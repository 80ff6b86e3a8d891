import { describe, expect, it } from "vitest";
import { isCoverableProcFile } from "./proc_files.ts";

describe("isCoverableProcFile()", () => {
  it.each(["/proc/meminfo", "//proc/./meminfo/", "/proc/sys/kernel/ns_last_pid"])("takes %s", (path) => {
    expect(isCoverableProcFile(path)).toBe(true);
  });

  it.each(["/proc", "/proc/self/attr/current", "/proc/meminfo/x", "/proc/../proc/meminfo", "/meminfo"])(
    "refuses %s",
    (path) => {
      expect(isCoverableProcFile(path)).toBe(false);
    },
  );
});
