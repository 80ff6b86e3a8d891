/**
 * Properties over 10,000 generated configs, valid and wrong ones: whatever a config holds, compiling it gives
 * a plan that the C reader accepts, or our error with a place. Nothing else may come out.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { baseConfig, type Config } from "../conformance/support/bundle.ts";
import { fullConfig } from "../conformance/support/full_config.ts";
import { mutate, randomNumbers } from "../conformance/support/mutate.ts";
import { compile } from "../src/compile.ts";
import { RuntimeError } from "../src/errors.ts";
import { encodePlan } from "../src/plan/encode.ts";
import { slotNames } from "../src/plan/ops.ts";
import { parseSpec } from "../src/spec/parse_spec.ts";
import { assertValidSpec } from "../src/spec/validate.ts";
import { goldenFacts, goldenRequest } from "./support/golden_input.ts";

const count = 10_000;
const native = resolve(import.meta.dirname, "../native");
const slots = Object.fromEntries(slotNames.slice(1).map((slot, index) => [slot, index + 10]));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tsrunc-plans-"));
  execFileSync("cc", [
    ...["-std=gnu11", "-D_GNU_SOURCE", "-O1", `-I${native}`, "-fsanitize=address,undefined"],
    ...["test/plan_check.c", "plan_reader.c", "plan_decode.gen.c"].map((name) => join(native, name)),
    ...["-o", join(directory, "plan_check")],
  ]);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** The way of `create`, up to the bytes. */
function compileText(text: string): Uint8Array {
  const spec = parseSpec(new TextEncoder().encode(text));
  assertValidSpec(spec, { rootless: false, useSystemd: false, command: "create" });
  return encodePlan(compile(spec, goldenRequest, goldenFacts).ops, slots);
}

/** Configs that get far: the full one has fields that exclude each other. */
function bases(): Config[] {
  const plain = baseConfig(["sh"]);
  const rich = fullConfig();
  rich.process.scheduler = { policy: "SCHED_OTHER", nice: 5 };
  rich.linux.namespaces = ["pid", "network", "mount", "ipc", "uts", "user", "time"].map((type) => ({ type }));
  rich.mounts[1] = { destination: "/data", source: "/srv", options: ["rbind"] };
  for (const name of ["seccomp", "intelRdt", "netDevices"]) delete rich.linux[name];
  delete rich.linux.seccomp;
  return [plain, rich, fullConfig()];
}

function corpus(): string[] {
  const random = randomNumbers(42);
  const all = bases();
  return Array.from({ length: count }, () => {
    const text = JSON.stringify(mutate(all[random(all.length)], random));
    // Some are damaged as text, which the parser has to notice.
    return random(20) === 0 ? damage(text, random) : text;
  });
}

function damage(text: string, random: (below: number) => number): string {
  const place = random(text.length);
  const inserts = ["\0", "\\u0000", '"', "}", "18446744073709551616", "\ud800", ",", "1e400"];
  return text.slice(0, place) + inserts[random(inserts.length)] + text.slice(place);
}

describe(`compiling ${count} generated configs`, () => {
  it("gives plans that the C reader accepts, or errors of ours that name a place", () => {
    const plans: Uint8Array[] = [];
    const surprises: string[] = [];
    for (const text of corpus()) {
      try {
        plans.push(compileText(text));
      } catch (error) {
        const ours = error instanceof RuntimeError && error.code === "config" && error.at !== undefined;
        if (!ours) surprises.push(`${error}: ${text}`);
      }
    }
    expect(surprises.slice(0, 3)).toEqual([]);
    // Both ways out have to be walked.
    expect(plans.length).toBeGreaterThan(count / 20);
    expect(plans.length).toBeLessThan(count);

    const records = plans.flatMap((plan) => [new Uint8Array(new Uint32Array([plan.length]).buffer), plan]);
    const result = spawnSync(join(directory, "plan_check"), {
      input: Buffer.concat(records),
      encoding: "utf8",
    });
    expect({ status: result.status, output: result.stdout + result.stderr }).toEqual({
      status: 0,
      output: "",
    });
  });

  it("gives the same bytes for the same config", () => {
    const text = JSON.stringify(baseConfig(["sh"]));
    expect(compileText(text)).toEqual(compileText(text));
  });
});
