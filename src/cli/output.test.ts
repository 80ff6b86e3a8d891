import { describe, expect, it } from "vitest";
import type { OciState } from "../lifecycle/oci_state.ts";
import {
  formatFindings,
  formatIds,
  formatJson,
  formatListJson,
  formatListTable,
  formatState,
} from "./output.ts";

const state: OciState = {
  owner: "root",
  ociVersion: "1.3.0",
  id: "c1",
  pid: 42,
  status: "running",
  bundle: "/b",
  rootfs: "/b/rootfs",
  created: "2026-01-02T03:04:05.123456789Z",
  annotations: { b: "2", a: "1" },
};

describe("formatState()", () => {
  it("indents by two, keeps runc's order and ends without a newline", () => {
    expect(formatState({ ...state, owner: "" })).toBe(`{
  "ociVersion": "1.3.0",
  "id": "c1",
  "pid": 42,
  "status": "running",
  "bundle": "/b",
  "rootfs": "/b/rootfs",
  "created": "2026-01-02T03:04:05.123456789Z",
  "annotations": {
    "a": "1",
    "b": "2"
  },
  "owner": ""
}`);
  });

  it("leaves out annotations when there are none", () => {
    expect(formatState({ ...state, annotations: {} })).not.toContain("annotations");
  });
});

describe("formatListJson()", () => {
  it("is one line", () => {
    expect(JSON.parse(formatListJson([state, state]))).toHaveLength(2);
    expect(formatListJson([state]).split("\n")).toHaveLength(2);
  });

  it("is null when there is no container", () => {
    expect(formatListJson([])).toBe("null\n");
  });
});

describe("formatListTable()", () => {
  it("is the header alone when there is no container", () => {
    expect(formatListTable([])).toBe("ID          PID         STATUS      BUNDLE      CREATED     OWNER\n");
  });

  it("lists one container a line", () => {
    expect(formatListTable([state]).split("\n")[1]).toBe(
      "c1          42          running     /b          2026-01-02T03:04:05.123456789Z   root",
    );
  });
});

describe("formatIds()", () => {
  it("writes one id a line", () => {
    expect(formatIds([state, { ...state, id: "c2" }])).toBe("c1\nc2\n");
  });
});

describe("formatFindings()", () => {
  it("says so when nothing is wrong", () => {
    expect(formatFindings([])).toBe("config.json is valid\n");
  });

  it("points at the place in config.json and adds the hint", () => {
    const finding = {
      level: "error",
      at: "/root/path",
      message: "must not be empty",
      hint: "name it",
    } as const;
    expect(formatFindings([finding])).toBe(
      "error: config.json#/root/path: must not be empty\n  hint: name it\n",
    );
  });
});

describe("formatJson()", () => {
  it("writes integers beyond 2^53 as they are", () => {
    expect(formatJson({ limit: 18446744073709551615n })).toBe('{\n  "limit": 18446744073709551615\n}\n');
  });
});
