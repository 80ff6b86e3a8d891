import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { expectRefusal, refused, type WrongConfig } from "../support/refusal.ts";
import { isTsrunc } from "../support/runtime.ts";

const path = "DIR/bundle/config.json";
const file = (bundle: string) => join(bundle, "config.json");
const replace = (make: (path: string) => void) => (bundle: string) => {
  rmSync(file(bundle));
  make(file(bundle));
};

/** What is wrong with the file before its first property is looked at. */
const files: WrongConfig[] = [
  { name: "that is missing", spoil: (bundle) => rmSync(file(bundle)), at: path },
  { name: "that is a directory", spoil: replace((each) => mkdirSync(each)), at: path },
  { name: "that is a dangling symlink", spoil: replace((each) => symlinkSync("nowhere", each)), at: path },
  // Waits for a writer for ever when it is opened like a file.
  {
    name: "that is a fifo",
    spoil: replace((each) => spawnSync("mkfifo", [each])),
    at: path,
    runcAccepts: true,
  },
  { name: "that is empty", edit: () => "", at: /^$|^\/|config\.json$/ },
  { name: "that is not JSON", edit: () => "process: {}", at: /^$|^\/|config\.json$/ },
  {
    name: "that is cut short",
    edit: (config) => JSON.stringify(config).slice(0, -20),
    at: /^$|^\/|config\.json$/,
  },
  {
    name: "with something behind its end",
    edit: (config) => `${JSON.stringify(config)}}`,
    at: /^$|^\/|config\.json$/,
    runcAccepts: true,
  },
  { name: "that is a list", edit: () => "[]", at: /^$|^\/|config\.json$/ },
  // runc 1.1.5 panics.
  { name: "that is null", edit: () => "null", at: /^$|^\/|config\.json$/, runcAccepts: true },
  {
    name: "that is not UTF-8",
    spoil: (bundle) => {
      const bytes = readFileSync(file(bundle));
      bytes[bytes.indexOf("tsrunc-test")] = 0xff;
      writeFileSync(file(bundle), bytes);
    },
    at: /^$|^\/|config\.json$/,
    runcAccepts: true,
  },
  {
    name: "that names a property twice",
    edit: (config) => JSON.stringify(config).replace('"cwd":"/"', '"cwd":"/","cwd":"/tmp"'),
    at: /^\/process(\/cwd)?$/,
    runcAccepts: true,
  },
  {
    name: "with a NUL in a path",
    edit: (config) => ({ ...config, root: { path: "rootfs\0x" } }),
    at: "/root/path",
  },
  {
    name: "with a NUL in an argument",
    edit: (config: Config) => {
      config.process.args.push("a\0b");
    },
    at: "/process/args/1",
    runcAccepts: true,
  },
  {
    name: "nested a hundred thousand levels deep",
    edit: (config) =>
      JSON.stringify(config).replace(/}$/, `,"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
    at: /^$|^\/|config\.json$/,
  },
  {
    name: "of forty mebibytes",
    edit: (config) => JSON.stringify(config).replace(/}$/, `,"x":"${"x".repeat(40 << 20)}"}`),
    at: /^$|^\/|config\.json$/,
    runcAccepts: true,
  },
];

describe("a config.json is refused", () => {
  it.for(refused(files))("$name", (row, { runtime }) => expectRefusal(runtime, row));
});

describe("a bundle is refused", () => {
  it.for([
    ["that is missing", "nowhere"],
    ["that is a file", "file"],
  ] as const)("%s", ([, name], { runtime }) => {
    writeFileSync(join(runtime.directory, "file"), "");
    const bundle = join(runtime.directory, name);
    const { status, stdout, stderr } = runtime.call(["create", "--bundle", bundle, runtime.newId()]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/no such file or directory|not a directory/);
  });
});

describe("the error about a config", () => {
  // runc prints what it quotes as it is.
  it.skipIf(!isTsrunc)("spells out control characters that it quotes", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["true"], (config) => {
      config.mounts.push({ destination: "/tmp", source: "/no\u001b[31mred\u0007", options: ["bind"] });
    });
    const log = join(runtime.directory, "log");
    const { stderr } = runtime.call(["--log", log, "create", "--bundle", bundle, runtime.newId()]);
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(stderr).toContain("red");
  });

  it("is short although the value is long", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["true"], (config) => {
      config.process.cwd = "x".repeat(1 << 20);
    });
    const { status, stderr } = runtime.call(["create", "--bundle", bundle, runtime.newId()]);
    expect(status).toBe(1);
    // Engines read the first 8192 bytes.
    if (isTsrunc) expect(stderr.length).toBeLessThan(8192);
  });
});

describe("properties that are not known", () => {
  it("are ignored, wherever they are", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["echo", "ran"], (config) => {
      config.unknown = { deep: [1, null] };
      config.process.unknown = "x";
      config.linux.resources.unknown = {};
      config.mounts[0].unknown = true;
      config.windows = { layerFolders: [] };
    });
    expect(runtime.run(bundle)).toEqual({ status: 0, stdout: "ran\n", stderr: "" });
  });

  it("and null in place of what may be left out, change nothing", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["echo", "ran"], (config) => {
      config.hooks = null;
      config.annotations = null;
      config.process.rlimits = null;
      config.linux.sysctl = null;
      config.linux.seccomp = null;
      config.mounts[0].options = null;
    });
    expect(runtime.run(bundle)).toEqual({ status: 0, stdout: "ran\n", stderr: "" });
  });
});
