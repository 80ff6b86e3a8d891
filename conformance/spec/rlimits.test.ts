import { spawnSync } from "node:child_process";
import { describe, expect } from "vitest";
import type { Config } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { type Seen, seeWith } from "../support/probe.ts";
import { isTsrunc } from "../support/runtime.ts";

/** Numbers of asm-generic/resource.h. */
const numbers = {
  CPU: 0,
  FSIZE: 1,
  DATA: 2,
  STACK: 3,
  CORE: 4,
  RSS: 5,
  NPROC: 6,
  NOFILE: 7,
  MEMLOCK: 8,
  AS: 9,
  LOCKS: 10,
  SIGPENDING: 11,
  MSGQUEUE: 12,
  NICE: 13,
  RTPRIO: 14,
  RTTIME: 15,
} as const;
type Name = keyof typeof numbers;

const limit = (name: string, soft: number, hard: number) => ({ type: `RLIMIT_${name}`, soft, hard });

const withLimits =
  (...rlimits: unknown[]) =>
  (config: Config) => {
    config.process.rlimits = rlimits;
  };

function limitOf(seen: Seen, name: Name): string | undefined {
  return seen.rlimit?.find((line) => line.startsWith(`${numbers[name]} `))?.slice(`${numbers[name]} `.length);
}

describe("process.rlimits", () => {
  it("sets the soft and the hard limit of each type", ({ runtime }) => {
    const seen = seeWith(
      runtime,
      ["limits"],
      withLimits(limit("NOFILE", 500, 600), limit("CORE", 0, 0), limit("FSIZE", 1 << 20, 1 << 30)),
    );
    expect(limitOf(seen, "NOFILE")).toBe("500 600");
    expect(limitOf(seen, "CORE")).toBe("0 0");
    expect(limitOf(seen, "FSIZE")).toBe("1048576 1073741824");
  });

  it.for(Object.keys(numbers) as Name[])("takes RLIMIT_%s", (name, { runtime }) => {
    // A value that the caller may set and with which a small program can live.
    const value =
      { NICE: 0, RTPRIO: 0, NOFILE: 64, NPROC: 1000, SIGPENDING: 1000 }[name as string] ?? 64 << 20;
    const lowered = ["MEMLOCK", "MSGQUEUE"].includes(name) ? 4096 : value;
    const seen = seeWith(runtime, ["limits"], withLimits(limit(name, lowered, lowered)));
    expect(limitOf(seen, name)).toBe(`${lowered} ${lowered}`);
  });

  it("keeps a value of 2^64-1, no limit", ({ runtime }) => {
    const text = (config: Config) => {
      withLimits(limit("CORE", 1, 2))(config);
      return JSON.stringify(config).replace(
        '"soft":1,"hard":2',
        '"soft":18446744073709551615,"hard":18446744073709551615',
      );
    };
    expect(limitOf(seeWith(runtime, ["limits"], text), "CORE")).toBe(
      "18446744073709551615 18446744073709551615",
    );
  });

  it("leaves the limits of the caller where the config says nothing", ({ runtime }) => {
    const through = ["prlimit", "--nofile=700:800", "--core=5:6"];
    const seen = seeWith(runtime, ["limits"], withLimits(), { through });
    expect(limitOf(seen, "CORE")).toBe("5 6");
    // Go raises the soft limit when runc starts, and 1.1.5 does not lower it again.
    expect(limitOf(seen, "NOFILE")).toBe(isTsrunc ? "700 800" : "800 800");
  });

  it("limits the program and not the runtime", ({ runtime }) => {
    // With so little memory no runtime written in a garbage-collected language could finish its work.
    const seen = seeWith(runtime, ["limits"], withLimits(limit("AS", 16 << 20, 16 << 20)));
    expect(limitOf(seen, "AS")).toBe(`${16 << 20} ${16 << 20}`);
  });

  it("leaves the limits of the caller's other children alone", ({ runtime }) => {
    const before = spawnSync("sh", ["-c", "ulimit -Sn; ulimit -Hn"], { encoding: "utf8" }).stdout;
    seeWith(runtime, ["limits"], withLimits(limit("NOFILE", 10, 20)));
    expect(spawnSync("sh", ["-c", "ulimit -Sn; ulimit -Hn"], { encoding: "utf8" }).stdout).toBe(before);
  });
});
