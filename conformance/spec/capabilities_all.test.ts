/** process.capabilities with more than can be granted: "MUST be logged as a warning", "SHOULD NOT fail". */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { CAPABILITIES } from "../../src/spec/capability_names.ts";
import type { Config } from "../support/bundle.ts";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { readProbe } from "../support/probe.ts";
import { procFile, procStatus } from "../support/proc.ts";
import { isTsrunc, type Result, type Runtime } from "../support/runtime.ts";

const every = [...CAPABILITIES.keys()];
const granted = BigInt(`0x${procStatus("self", "CapBnd")}`);
const lastOfKernel = Number(procFile("self", "../sys/kernel/cap_last_cap"));
const missing = [...CAPABILITIES].filter(
  ([, bit]) => bit > lastOfKernel || (granted & (1n << BigInt(bit))) === 0n,
);

function hex(set: bigint): string {
  return set.toString(16).padStart(16, "0");
}

function allSets(names: readonly string[]) {
  return (config: Config) => {
    const sets = { bounding: names, effective: names, permitted: names, inheritable: names, ambient: names };
    config.process.capabilities = sets;
  };
}

/** A text log file is where warnings go; stderr is silent on success. */
function runLogged(runtime: Runtime, bundle: string): Result & { readonly log: string } {
  const file = join(runtime.directory, "log");
  const result = runtime.call(["--log", file, "run", "--bundle", bundle, runtime.newId()]);
  return { ...result, log: existsSync(file) ? readFileSync(file, "utf8") : "" };
}

// runc 1.1.5 fails with EPERM when the caller lacks one of them.
describe.skipIf(!isTsrunc && missing.length > 0)("every capability", () => {
  it("is granted as far as the caller has it, in all five sets", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/bin/probe", "caps"], allSets(every));
    const { status, stdout } = runtime.run(bundle);
    expect(status).toBe(0);
    const seen = readProbe(stdout);
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) {
      expect({ [set]: seen[set] }).toEqual({ [set]: [hex(granted)] });
    }
  });

  it("stays with another user through the ambient set", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/bin/probe", "caps", "user"], (config) => {
      allSets(every)(config);
      config.process.user = { uid: 1000, gid: 1000 };
    });
    const { status, stdout } = runtime.run(bundle);
    expect(status).toBe(0);
    expect(readProbe(stdout)).toMatchObject({ CapEff: [hex(granted)], uid: ["1000 1000 1000"] });
  });

  it("is all there in a user namespace", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/bin/probe", "caps"], (config) => {
      allSets(every)(config);
      config.linux.namespaces.push({ type: "user" });
      config.linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }];
      config.linux.gidMappings = config.linux.uidMappings;
      config.root.readonly = false;
    });
    const { status, stdout, stderr } = runtime.run(bundle);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const known = (1n << BigInt(lastOfKernel + 1)) - 1n;
    expect(readProbe(stdout).CapEff).toEqual([hex(known)]);
  });

  it.runIf(missing.length > 0)("is named in a warning when the caller lacks it", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["true"], allSets(every));
    const { status, log } = runLogged(runtime, bundle);
    expect(status).toBe(0);
    expect(log).toMatch(/level=warning/);
    for (const [name] of missing) expect(log).toContain(name);
    expect(log).not.toMatch(/level=error/);
  });
});

describe("an unknown capability", () => {
  it("is a warning, and the others are granted", ({ runtime }) => {
    const bundle = makeBundle(
      runtime.directory,
      ["/bin/probe", "caps"],
      allSets(["CAP_KILL", "CAP_OF_TOMORROW", "CAP_CHOWN"]),
    );
    const { status, stdout, log } = runLogged(runtime, bundle);
    expect(status).toBe(0);
    expect(log).toMatch(/level=warning/);
    expect(log).toContain("CAP_OF_TOMORROW");
    expect(readProbe(stdout)).toMatchObject({ CapEff: [hex(0x21n)], CapBnd: [hex(0x21n)] });
  });
});

describe.skipIf(!isTsrunc)("an ambient capability that is not inheritable", () => {
  it("is a warning, and not granted", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/bin/probe", "caps"], (config) => {
      config.process.capabilities = {
        bounding: ["CAP_KILL"],
        effective: ["CAP_KILL"],
        permitted: ["CAP_KILL"],
        ambient: ["CAP_KILL"],
      };
    });
    const { status, stdout, log } = runLogged(runtime, bundle);
    expect(status).toBe(0);
    expect(log).toMatch(/level=warning.*CAP_KILL/);
    expect(readProbe(stdout)).toMatchObject({ CapAmb: [hex(0n)], CapEff: [hex(0x20n)] });
  });
});
