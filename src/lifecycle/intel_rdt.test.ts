import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errno } from "../errno.ts";
import type { LinuxIntelRdt } from "../spec/types.ts";
import { readTextFile, writeKernelFile } from "../sys/files.ts";
import { SysError } from "../sys/sys_error.ts";
import {
  createRdtGroup,
  findResctrl,
  joinRdtGroup,
  type RdtFiles,
  removeRdtGroups,
  setRdtSchemata,
} from "./intel_rdt.ts";
import { UndoStack } from "./undo.ts";

let root: string;
let undo: UndoStack;
let written: (readonly [string, string])[];

const rootSchemata = "    MB:0=100;1=100\n    L3:0=fffff;1=0ffff\n";

/** What the kernel puts into a new group. */
function fillGroup(directory: string): void {
  mkdirSync(join(directory, "mon_groups"), { recursive: true });
  writeFileSync(join(directory, "tasks"), "");
  writeFileSync(join(directory, "schemata"), rootSchemata);
}

/** As the kernel does: a group comes with its files and goes with them. */
const files: RdtFiles = {
  makeDirectory(path) {
    if (existsSync(path)) throw new SysError("mkdir", path, errno.EEXIST);
    if (path.includes("full")) throw new SysError("mkdir", path, errno.ENOSPC);
    if (!existsSync(dirname(path))) throw new SysError("mkdir", path, errno.ENOENT);
    fillGroup(path);
  },
  removeDirectory(path) {
    if (!existsSync(path)) throw new SysError("rmdir", path, errno.ENOENT);
    rmSync(path, { recursive: true });
  },
  read: readTextFile,
  write(path, text) {
    if (text.includes("bad")) throw new SysError("write", path, errno.EINVAL);
    writeKernelFile(path, text);
    written.push([path.slice(root.length), text]);
  },
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tsrunc-rdt-"));
  fillGroup(root);
  mkdirSync(join(root, "info"));
  writeFileSync(join(root, "info/last_cmd_status"), "ok\n");
  undo = new UndoStack();
  written = [];
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function create(rdt: LinuxIntelRdt | undefined) {
  return createRdtGroup(
    rdt,
    "id",
    undo,
    () => undefined,
    () => root,
    files,
  );
}

const groups = () => readdirSync(root).filter((name) => existsSync(join(root, name, "schemata")));

describe("createRdtGroup()", () => {
  it("does not even look for resctrl without intelRdt", () => {
    const never = () => {
      throw new Error("looked");
    };
    expect(createRdtGroup(undefined, "id", undo, never, never, files)).toBeUndefined();
  });

  it("fails without resctrl", () => {
    expect(() =>
      createRdtGroup(
        {},
        "id",
        undo,
        () => undefined,
        () => undefined,
        files,
      ),
    ).toThrow("no resctrl file system is mounted");
  });

  it("makes a group of the container's id, and delete removes it", () => {
    const record = create({});
    expect(groups()).toEqual(["id"]);
    expect(written).toEqual([]);
    joinRdtGroup(record, 42, files);
    expect(written).toEqual([["/id/tasks", "42"]]);
    removeRdtGroups(record, files);
    removeRdtGroups(record, files);
    expect(groups()).toEqual([]);
  });

  it("does not remove a group of that name that was there", () => {
    fillGroup(join(root, "id"));
    removeRdtGroups(create({ memBwSchema: "MB:0=20" }), files);
    expect(groups()).toEqual(["id"]);
  });

  it("makes the group that closID names, and delete leaves it", () => {
    const record = create({ closID: "gold", l3CacheSchema: "L3:0=f" });
    expect(groups()).toEqual(["gold"]);
    expect(record?.remove).toEqual([]);
  });

  it("writes L3 first, MB next, the others last, in one write", () => {
    create({ memBwSchema: "MB:0=20", l3CacheSchema: "L3:0=f", schemata: ["L2:0=3", "L3:0=7"] });
    expect(written).toEqual([["/id/schemata", "L3:0=f\nMB:0=20\nL2:0=3\nL3:0=7\n"]]);
  });

  it("takes the root group for closID /", () => {
    const record = create({ closID: "/" });
    expect(record).toEqual({ tasks: [`${root}/tasks`], remove: [] });
    expect(written).toEqual([]);
  });

  it("wants a group that closID names without a schema to exist", () => {
    expect(() => create({ closID: "gold" })).toThrow(/there is no resctrl group/);
    fillGroup(join(root, "gold"));
    expect(create({ closID: "gold" })?.tasks).toEqual([`${root}/gold/tasks`]);
  });

  it("compares the schemas with those of a group that exists, whatever the padding", () => {
    fillGroup(join(root, "gold"));
    create({ closID: "gold", l3CacheSchema: "L3:1=FFFF;0=fffff", memBwSchema: "MB:1=100" });
    for (const rdt of [
      { l3CacheSchema: "L3:0=f" },
      { memBwSchema: "MB:0=10" },
      { memBwSchema: "MB:7=100" },
    ]) {
      expect(() => create({ closID: "gold", ...rdt })).toThrow(/the resctrl group .*gold has/);
    }
  });

  it("makes a monitoring group below the group, and delete removes both", () => {
    const record = create({ enableMonitoring: true });
    joinRdtGroup(record, 7, files);
    expect(written).toEqual([
      ["/id/tasks", "7"],
      ["/id/mon_groups/id/tasks", "7"],
    ]);
    removeRdtGroups(record, files);
    expect(groups()).toEqual([]);
  });

  it("removes the monitoring group of a group that stays", () => {
    fillGroup(join(root, "gold"));
    const record = create({ closID: "gold", enableMonitoring: true });
    expect(existsSync(join(root, "gold/mon_groups/id"))).toBe(true);
    removeRdtGroups(record, files);
    expect(readdirSync(join(root, "gold/mon_groups"))).toEqual([]);
    expect(groups()).toEqual(["gold"]);
  });

  it("says what the kernel said, and undoes everything, also a group that closID names", () => {
    writeFileSync(join(root, "info/last_cmd_status"), "mask out of range\n");
    expect(() => create({ closID: "gold", schemata: ["L3:0=bad"] })).toThrow(
      /cannot set the schemata of .*\/gold: invalid argument \(mask out of range\)/i,
    );
    expect(undo.undo()).toEqual([]);
    expect(groups()).toEqual([]);
  });

  it("fails when no monitoring group can be made", () => {
    const full = () =>
      createRdtGroup(
        { enableMonitoring: true },
        "full",
        undo,
        () => undefined,
        () => root,
        files,
      );
    expect(full).toThrow(/cannot make the resctrl group/);
  });

  it("puts the intent on record before anything exists", () => {
    const intents: unknown[] = [];
    const onIntent = (record: unknown) => intents.push([record, groups()]);
    const record = createRdtGroup({}, "id", undo, onIntent, () => root, files);
    expect(intents).toEqual([[record, []]]);
    expect(readFileSync(join(root, "id/schemata"), "utf8")).toBe(rootSchemata);
  });
});

describe("setRdtSchemata()", () => {
  it("writes L3 before MB, and can be undone", () => {
    const record = create({});
    undo.forget();
    setRdtSchemata(record, { l3CacheSchema: "L3:0=f", memBwSchema: "MB:0=70" }, undo, files);
    expect(written).toEqual([["/id/schemata", "L3:0=f\nMB:0=70\n"]]);
    expect(undo.undo()).toEqual([]);
    expect(written[1]).toEqual(["/id/schemata", rootSchemata]);
  });

  it("needs a container with intelRdt, and names the flag", () => {
    expect(() => setRdtSchemata(undefined, { memBwSchema: "MB:0=70" }, undo, files)).toThrow(
      expect.objectContaining({ code: "state", at: "--mem-bw-schema" }),
    );
  });
});

describe("findResctrl()", () => {
  it("finds the mount point", () => {
    const mountinfo =
      "22 1 0:20 / /sys rw - sysfs sysfs rw\n30 22 0:25 / /sys/fs/resctrl rw,relatime shared:9 - resctrl resctrl rw\n";
    expect(findResctrl(mountinfo)).toBe("/sys/fs/resctrl");
    expect(findResctrl("22 1 0:20 / /sys/fs/resctrl rw - tmpfs resctrl rw\n")).toBeUndefined();
  });
});
