import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Mount, Spec } from "../spec/types.ts";
import type { CgroupRecord } from "./driver.ts";
import { giveCgroup, wantsCgroupOwnership } from "./ownership.ts";

const mount: Mount = { destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid"] };

function specWith(mounts: readonly Mount[], namespace: { readonly path?: string } | undefined = {}): Spec {
  const namespaces = namespace === undefined ? [] : [{ type: "cgroup" as const, ...namespace }];
  return { ociVersion: "1.0.2", root: { path: "r" }, mounts, linux: { namespaces } };
}

describe("wantsCgroupOwnership()", () => {
  it("is for a new cgroup namespace and a writable mount of the right source and place", () => {
    expect(wantsCgroupOwnership(specWith([mount]))).toBe(true);
    expect(wantsCgroupOwnership(specWith([{ ...mount, options: undefined }]))).toBe(true);
    expect(wantsCgroupOwnership(specWith([{ ...mount, options: ["ro"] }]))).toBe(false);
    expect(wantsCgroupOwnership(specWith([{ ...mount, source: "cgroup2" }]))).toBe(false);
    expect(wantsCgroupOwnership(specWith([{ ...mount, destination: "/cgroup" }]))).toBe(false);
    expect(wantsCgroupOwnership(specWith([mount], { path: "/proc/1/ns/cgroup" }))).toBe(false);
    expect(wantsCgroupOwnership({ ...specWith([mount]), linux: {} })).toBe(false);
  });
});

describe("giveCgroup()", () => {
  let directory: string;
  const record = (part: Partial<CgroupRecord> = {}): CgroupRecord => ({
    driver: "v2",
    paths: { "": join(directory, "cgroup") },
    created: [],
    inodes: {},
    rootless: false,
    ...part,
  });
  const owner = (name: string) => statSync(join(directory, "cgroup", name)).uid;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "tsrunc-owner-"));
    mkdirSync(join(directory, "cgroup"));
    for (const name of ["cgroup.procs", "cgroup.threads", "memory.max", "memory.oom.group"]) {
      writeFileSync(join(directory, "cgroup", name), "");
    }
    chownSync(directory, 0, 0);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("gives the directory and the listed files that exist", () => {
    const list = join(directory, "delegate");
    writeFileSync(list, "cgroup.procs\nmemory.oom.group\nnot.there\n../escape\n");
    giveCgroup(record(), 1234, list);
    expect(["", "cgroup.procs", "memory.oom.group"].map(owner)).toEqual([1234, 1234, 1234]);
    expect(["cgroup.threads", "memory.max"].map(owner)).toEqual([0, 0]);
  });

  it("knows the files of kernels without a list", () => {
    giveCgroup(record(), 1234, join(directory, "missing"));
    expect(["cgroup.procs", "cgroup.threads"].map(owner)).toEqual([1234, 1234]);
    expect(owner("memory.max")).toBe(0);
  });

  it("leaves v1 alone, and what an unprivileged caller has", () => {
    giveCgroup(record({ driver: "v1" }), 1234);
    giveCgroup(record({ rootless: true }), 1234);
    expect(owner("")).toBe(0);
  });
});
