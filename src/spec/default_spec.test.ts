import { describe, expect, test } from "vitest";
import { defaultSpec, formatSpec } from "./default_spec.ts";
import { parseSpec } from "./parse_spec.ts";
import { assertValidSpec } from "./validate.ts";

const OPTIONS = { rootless: false, cgroupV2: true, uid: 1000, gid: 100 };

describe("defaultSpec()", () => {
  test.each([true, false])("is valid for its own runtime (rootless: %s)", (rootless) => {
    const spec = parseSpec(new TextEncoder().encode(formatSpec(defaultSpec({ ...OPTIONS, rootless }))));
    expect(assertValidSpec(spec, { rootless, useSystemd: false, command: "create" })).toEqual([]);
  });

  test("has a cgroup namespace only on cgroup v2", () => {
    const types = (cgroupV2: boolean) =>
      defaultSpec({ ...OPTIONS, cgroupV2 }).linux?.namespaces?.map(({ type }) => type);
    expect(types(true)).toEqual(["pid", "network", "ipc", "uts", "mount", "cgroup"]);
    expect(types(false)).toEqual(["pid", "network", "ipc", "uts", "mount"]);
  });

  test("maps the caller to root and asks for nothing it cannot have when rootless", () => {
    const { linux, mounts } = defaultSpec({ ...OPTIONS, rootless: true });
    expect(linux?.uidMappings).toEqual([{ containerID: 0, hostID: 1000, size: 1 }]);
    expect(linux?.gidMappings).toEqual([{ containerID: 0, hostID: 100, size: 1 }]);
    expect(linux?.resources).toBe(undefined);
    expect(linux?.namespaces?.map(({ type }) => type)).toEqual([
      "pid",
      "ipc",
      "uts",
      "mount",
      "cgroup",
      "user",
    ]);
    expect(
      mounts?.flatMap(({ options = [] }) => options).filter((option) => /^[ug]id=/.test(option)),
    ).toEqual([]);
    expect(mounts?.find(({ destination }) => destination === "/sys")?.options).toContain("rbind");
  });
});

test("formatSpec() writes tabs, and members in the order of the specification", () => {
  const text = formatSpec(defaultSpec(OPTIONS));
  expect(text.split("\n").slice(0, 4)).toEqual([
    "{",
    '\t"ociVersion": "1.3.0",',
    '\t"process": {',
    '\t\t"terminal": true,',
  ]);
  expect(Object.keys(JSON.parse(text))).toEqual([
    "ociVersion",
    "process",
    "root",
    "hostname",
    "mounts",
    "linux",
  ]);
});
