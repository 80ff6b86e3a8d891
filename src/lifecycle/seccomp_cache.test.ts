import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCachedFilter, writeCachedFilter } from "./seccomp_cache.ts";

const filter = new Uint8Array([6, 0, 0, 0, 0, 0, 255, 127]);

let root: string;
let directory: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "seccomp-cache-"));
  directory = join(root, ".seccomp");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function onlyEntry(): string {
  const [name, ...others] = readdirSync(directory);
  expect(others).toEqual([]);
  return join(directory, name!);
}

describe("the cache of filters", () => {
  it("gives back what was stored for the same text, and nothing for another", () => {
    expect(readCachedFilter(root, "profile")).toBeUndefined();
    writeCachedFilter(root, "profile", filter);
    expect(readCachedFilter(root, "profile")).toEqual(filter);
    expect(readCachedFilter(root, "profilf")).toBeUndefined();
    expect(readCachedFilter(root, "profile ")).toBeUndefined();
  });

  it("makes a missing state root, and a directory for its owner alone", () => {
    const deep = join(root, "run/state");
    writeCachedFilter(deep, "profile", filter);
    expect(readCachedFilter(deep, "profile")).toEqual(filter);
    expect(statSync(join(deep, ".seccomp")).mode & 0o777).toBe(0o700);
  });

  it("has no more entries than names", () => {
    for (let number = 0; number < 400; number++) writeCachedFilter(root, `profile ${number}`, filter);
    expect(readdirSync(directory).length).toBeLessThanOrEqual(256);
    expect(readCachedFilter(root, "profile 399")).toEqual(filter);
  });

  it.each([
    ["is cut", (bytes: Buffer) => bytes.subarray(0, -1)],
    ["is longer", (bytes: Buffer) => Buffer.concat([bytes, bytes])],
    ["is empty", () => Buffer.alloc(0)],
    [
      "has another bit in the filter",
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))),
    ],
  ])("does not take an entry that %s", (_how, damage) => {
    writeCachedFilter(root, "profile", filter);
    writeFileSync(onlyEntry(), damage(readFileSync(onlyEntry())));
    expect(readCachedFilter(root, "profile")).toBeUndefined();
    writeCachedFilter(root, "profile", filter);
    expect(readCachedFilter(root, "profile")).toEqual(filter);
  });

  it("does not take an entry of another profile that has come under its name", () => {
    writeCachedFilter(root, "profile", filter);
    const entry = readFileSync(onlyEntry());
    writeFileSync(onlyEntry(), Buffer.from(entry.toString("latin1").replace("profile", "another"), "latin1"));
    expect(readCachedFilter(root, "profile")).toBeUndefined();
  });

  it("neither reads nor writes a directory that others may write to", () => {
    writeCachedFilter(root, "profile", filter);
    chmodSync(directory, 0o770);
    expect(readCachedFilter(root, "profile")).toBeUndefined();
    writeCachedFilter(root, "other", filter);
    expect(readdirSync(directory).length).toBe(1);
  });

  it("follows no symlink", () => {
    const elsewhere = join(root, "elsewhere");
    mkdirSync(elsewhere, { mode: 0o700 });
    symlinkSync(elsewhere, directory);
    writeCachedFilter(root, "profile", filter);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it("is no error where nothing can be written", () => {
    writeFileSync(join(root, "file"), "");
    writeCachedFilter(join(root, "file/state"), "profile", filter);
    expect(readCachedFilter(join(root, "file/state"), "profile")).toBeUndefined();
  });
});
