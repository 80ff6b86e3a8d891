import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { errno } from "../errno.ts";
import { flatKey, formatBytes, readCgroupFile, writeCgroupFile, writeSettings } from "./file.ts";
import { setting } from "./settings.ts";

const directory = mkdtempSync(join(tmpdir(), "tsrunc-cgroup-"));
const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
const read = (name: string) => readFileSync(join(directory, name), "utf8");

afterAll(() => rmSync(directory, { recursive: true }));
beforeEach(() => {
  write("a.max", "");
  write("a.usage", "4194304\n");
  write("cgroup.controllers", "a cpu\n");
});

describe("writeSettings()", () => {
  test("writes into existing files", () => {
    writeSettings(directory, [setting("a", "a.max", 5, "a limit", "/x")]);
    expect(read("a.max")).toBe("5");
  });

  test("writes the other setting when the kernel has no such file", () => {
    const otherwise = setting("a", "a.max", 7, "a limit", "/x");
    writeSettings(directory, [setting("a", "a.none", 5, "a limit", "/x", { otherwise })]);
    expect(read("a.max")).toBe("7");
  });

  test("passes over errors that are none", () => {
    writeSettings(directory, [setting("a", "a.none", 5, "a limit", "/x", { ignore: [errno.ENOENT] })]);
  });

  test("tells a file the kernel lacks from a controller that is not there", () => {
    expect(() => writeSettings(directory, [setting("a", "a.none", 5, "a limit", "/x")])).toThrow(
      expect.objectContaining({
        message: "cannot set a limit to 5: the kernel has no a.none",
        at: "/x",
        code: "host",
      }),
    );
    expect(() => writeSettings(directory, [setting("pids", "pids.max", 5, "pids limit", "/x")])).toThrow(
      /^cannot limit the number of processes: the pids controller is not available in /,
    );
  });

  test("writes nothing at all when more than the limit is in use already", () => {
    const rejectAt = { usage: "a.usage", limit: 4_194_304, what: "a limit" };
    const settings = [
      setting("a", "a.max", 1, "a limit", "/x"),
      setting("a", "a.max", 4_194_304, "a limit", "/x", { rejectAt }),
    ];
    expect(() => writeSettings(directory, settings)).toThrow("rejecting a limit 4194304 <= usage 4194304");
    expect(read("a.max")).toBe("");
  });
});

test("readCgroupFile() and writeCgroupFile() take a missing file for a cgroup that is gone", () => {
  expect(readCgroupFile(directory, "a.usage")).toBe("4194304");
  expect(readCgroupFile(directory, "none")).toBeUndefined();
  expect(writeCgroupFile(directory, "none", "1")).toBe(false);
});

test("flatKey() finds whole keys", () => {
  expect(flatKey("oom 1\noom_kill 2\n", "oom_kill")).toBe("2");
  expect(flatKey("oom_kill 2", "oom")).toBeUndefined();
});

test.each([
  [0, "0 B"],
  [4_194_304, "4 MiB"],
  [1536, "1.5 KiB"],
])("formatBytes(%i) is %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
