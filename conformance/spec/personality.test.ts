/** linux.personality */
import { describe, expect } from "vitest";
import { it } from "../support/fixture.ts";
import { seeWith } from "../support/probe.ts";
import { isTsrunc } from "../support/runtime.ts";
import { sh } from "../support/shell.ts";

const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
const machine32 = process.arch === "arm64" ? "armv8l" : "i686";

// runc 1.1.5 does not know the member.
describe.skipIf(!isTsrunc)("personality", () => {
  it("LINUX32 shows a 32-bit processor", ({ runtime }) => {
    const seen = seeWith(runtime, ["personality"], (config) => {
      config.linux.personality = { domain: "LINUX32" };
    });
    expect(seen.personality).toEqual([`8 ${machine32}`]);
  });

  it("LINUX undoes what the caller has", ({ runtime }) => {
    const edit = (config: { linux: object }) => {
      Object.assign(config.linux, { personality: { domain: "LINUX", flags: [] } });
    };
    const seen = seeWith(runtime, ["personality"], edit, { through: ["setarch", "linux32"] });
    expect(seen.personality).toEqual([`0 ${machine}`]);
  });

  it("stays as it is without the member", ({ runtime }) => {
    expect(seeWith(runtime, ["personality"]).personality).toEqual([`0 ${machine}`]);
  });

  it.for([{ domain: "LINUX64" }, { domain: "LINUX", flags: ["ADDR_NO_RANDOMIZE"] }, {}])(
    "refuses %j",
    (personality, { runtime }) => {
      const result = sh(runtime, "true", (config) => {
        config.linux.personality = personality;
      });
      expect(result.status).toBe(1);
    },
  );
});
