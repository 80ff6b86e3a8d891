import { describe, expect, it } from "vitest";
import type { Process } from "../spec/types.ts";
import { type ExecOverrides, inheritProcess, overrideProcess } from "./exec_process.ts";

const base: Process = {
  terminal: true,
  consoleSize: { height: 1, width: 2 },
  user: { uid: 5, gid: 6, additionalGids: [7] },
  args: ["init"],
  env: ["A=1"],
  cwd: "/",
  capabilities: { bounding: ["CAP_KILL"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"] },
  noNewPrivileges: true,
};
const silent: ExecOverrides = {
  args: ["sh"],
  cwd: undefined,
  env: [],
  tty: false,
  user: undefined,
  additionalGids: [],
  noNewPrivileges: undefined,
  capabilities: [],
  apparmorProfile: undefined,
  selinuxLabel: undefined,
};

describe("overrideProcess()", () => {
  it("keeps what the command line is silent about, but not the terminal", () => {
    const { consoleSize: _, ...rest } = base;
    expect(overrideProcess(base, silent)).toEqual({ ...rest, terminal: false, args: ["sh"] });
  });

  it.each([
    ["1000", { uid: 1000, gid: 6 }],
    ["1000:0", { uid: 1000, gid: 0 }],
    ["0:1000", { uid: 0, gid: 1000 }],
  ])("reads --user %s to its end", (user, ids) => {
    expect(overrideProcess(base, { ...silent, user }).user).toMatchObject(ids);
  });

  it.each(["", "root", "1:", ":1", "-1", "1:2:3", "1 ", "4294967295", "99999999999"])(
    "refuses --user %j rather than taking it for root",
    (user) => {
      expect(() => overrideProcess(base, { ...silent, user })).toThrow("--user must be");
    },
  );

  it("adds capabilities to three sets, and to the ambient one only beside an inheritable one", () => {
    const added = overrideProcess(base, { ...silent, capabilities: ["CAP_CHOWN"] }).capabilities;
    expect(added).toEqual({
      bounding: ["CAP_KILL", "CAP_CHOWN"],
      effective: ["CAP_KILL", "CAP_CHOWN"],
      permitted: ["CAP_KILL", "CAP_CHOWN"],
      ambient: undefined,
    });
    const inheritable = { ...base, capabilities: { inheritable: ["CAP_KILL"] } };
    expect(
      overrideProcess(inheritable, { ...silent, capabilities: ["CAP_CHOWN"] }).capabilities,
    ).toMatchObject({
      inheritable: ["CAP_KILL"],
      ambient: ["CAP_CHOWN"],
    });
  });
});

describe("inheritProcess()", () => {
  it("takes the confinement of the container where a process file says nothing", () => {
    const file: Process = { user: { uid: 0, gid: 0 }, args: ["x"], cwd: "/" };
    expect(inheritProcess(file, base)).toMatchObject({
      noNewPrivileges: true,
      capabilities: base.capabilities,
      args: ["x"],
    });
    expect(inheritProcess({ ...file, noNewPrivileges: false }, base).noNewPrivileges).toBe(false);
  });
});
