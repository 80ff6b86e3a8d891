import { describe, expect, it } from "vitest";
import { errno } from "../errno.ts";
import { steps } from "./ops.ts";
import { op } from "./plan.ts";
import { decodeMessage, describeFailure, type InitMessage } from "./report.ts";

const message = (parts: Partial<InitMessage>): InitMessage => ({
  kind: 4,
  opIndex: 0,
  step: "none",
  errno: 0,
  value: 0,
  text: "",
  ...parts,
});

describe("describeFailure()", () => {
  it("names what was done, why it failed, and the place in the config", () => {
    const plan = [op("hostname", "/hostname", { name: "x" })];
    const error = describeFailure(plan, message({ step: "set the host name", errno: errno.EPERM }));
    expect(error.message).toBe(
      "cannot set the hostname x: operation not permitted (could not set the host name)",
    );
    expect({ code: error.code, at: error.at, errno: error.errno }).toEqual({
      code: "syscall",
      at: "/hostname",
      errno: errno.EPERM,
    });
  });

  it.each([
    ["nope", errno.ENOENT, 'exec: "nope": executable file not found in $PATH'],
    ["/nope", errno.ENOENT, 'exec: "/nope": stat /nope: no such file or directory'],
    ["/etc", errno.EISDIR, 'exec: "/etc": is a directory'],
    ["/x", errno.EACCES, 'exec: "/x": permission denied'],
  ])("says for the program %s in the words engines look for: %s %s", (file, number, text) => {
    const plan = [op("findExecutable", "/process/args/0", { file, searchPath: "/bin" })];
    const error = describeFailure(plan, message({ step: "find the executable", errno: number }));
    expect(error.message).toBe(text);
    expect(error.code).toBe("executable");
  });

  it("tells a hook by its kind and number, with how it ended and what it said", () => {
    const fields = { path: "/h", args: [], env: [], timeoutMs: 1500, stateHead: "", stateTail: "" };
    const plan = [op("runHook", "/hooks/createContainer/2", fields)];
    expect(describeFailure(plan, message({ step: "hook failed", value: 3 << 8, text: "oops" })).message).toBe(
      "error running createContainer hook #2: exit status 3, output: oops",
    );
    expect(describeFailure(plan, message({ step: "hook timed out" })).message).toBe(
      "error running createContainer hook #2: hook ran past specified timeout of 1.5s",
    );
  });
});

describe("decodeMessage()", () => {
  it("reads the fixed part and the text", () => {
    const bytes = new Uint8Array(24);
    const view = new DataView(bytes.buffer);
    [4, 7, steps.indexOf("execute"), 2, -1].forEach((value, index) => {
      view.setInt32(index * 4, value, true);
    });
    bytes.set(Buffer.from("abc"), 20);
    expect(decodeMessage(bytes)).toEqual({
      kind: 4,
      opIndex: 7,
      step: "execute",
      errno: 2,
      value: -1,
      text: "abc",
    });
  });

  it("refuses what is too short", () => {
    expect(() => decodeMessage(new Uint8Array(19))).toThrow("broken message");
  });
});
