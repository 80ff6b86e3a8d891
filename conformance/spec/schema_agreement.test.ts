/**
 * Our schema against the published ones, which come with the runtime-spec's Go module: on a corpus of valid
 * and mutated configs both give the same verdict, or the difference is one of the list below.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { beforeAll, describe, expect, it } from "vitest";
import { findSchemaProblems, readDocument } from "../../src/spec/parse_spec.ts";
import { baseConfig, type Config } from "../support/bundle.ts";
import { fullConfig } from "../support/full_config.ts";
import { mutate, randomNumbers } from "../support/mutate.ts";

const corpusSize = 3000;

/** Where we refuse what the published schema takes. */
const stricterHere: readonly { readonly at: RegExp; readonly reason: string }[] = [
  { at: /^\/root$/, reason: "config.md: on POSIX platforms root is REQUIRED" },
  { at: /^\/process\/user\/[ug]id$/, reason: "config.md: uid and gid are REQUIRED" },
  { at: /\/timeout$/, reason: "an int of the Go types; beyond 68 years nothing is lost" },
  { at: /^\/linux\/resources\/devices\/\d+\/type$/, reason: "config-linux.md: a, c or b" },
  { at: /^\/linux\/resources\/devices\/\d+\/access$/, reason: "config-linux.md: composed of r, w and m" },
  { at: /Device\/\d+\/rate$/, reason: "config-linux.md: rate is REQUIRED" },
  {
    at: /^\/process\/consoleSize\/(width|height)$/,
    reason: "a uint of the Go types; the kernel takes 16 bits",
  },
  { at: /^\/linux\/timeOffsets\/\w+$/, reason: "every member is the offset of a clock" },
];

/** Where the published schema refuses what we take, or leave to a rule with a better message. */
const stricterThere: readonly { readonly at: RegExp; readonly reason: string }[] = [
  { at: /^\/process\/rlimits\/\d+\/type$/, reason: "a rule, in the words engines match: wrong rlimit value" },
  { at: /^\/hooks\/\w+\/\d+\/timeout$/, reason: "a rule: must be greater than zero" },
  { at: /^\/linux\/resources\/pids$/, reason: "config-linux.md 1.3: limit is OPTIONAL" },
  { at: /^\/process\/execCPUAffinity\/(initial|final)$/, reason: "a rule, which reads the list" },
];

function moduleDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tsrunc-go-"));
  try {
    const result = spawnSync(
      "go",
      ["mod", "download", "-json", "github.com/opencontainers/runtime-spec@v1.3.0"],
      {
        cwd: directory,
        encoding: "utf8",
      },
    );
    return JSON.parse(result.stdout).Dir;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The published schemas are of draft 4, whose differences to later drafts they do not use. */
function compilePublished(): ValidateFunction {
  const directory = join(moduleDirectory(), "schema");
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
  const read = (name: string) => {
    // One reference is spelled without its slash.
    const text = readFileSync(join(directory, name), "utf8").replaceAll('"#definitions/', '"#/definitions/');
    const { $schema: _, id: __, ...schema } = JSON.parse(text);
    return schema;
  };
  const names = [
    "defs.json",
    "defs-linux.json",
    "defs-vm.json",
    "defs-windows.json",
    "defs-freebsd.json",
  ].concat([
    "defs-zos.json",
    "config-linux.json",
    "config-solaris.json",
    "config-vm.json",
    "config-windows.json",
    "config-zos.json",
    "config-freebsd.json",
  ]);
  for (const name of names) ajv.addSchema(read(name), name);
  return ajv.compile(read("config-schema.json"));
}

const hasGo = spawnSync("go", ["version"]).status === 0;

describe.skipIf(!hasGo)("our schema and the published one", () => {
  let published: ValidateFunction;
  beforeAll(() => {
    published = compilePublished();
  });

  const corpus = (): Config[] => {
    const random = randomNumbers(20251122);
    const bases = [fullConfig(), baseConfig(["sh"])];
    return [
      ...bases,
      ...Array.from({ length: corpusSize }, () => mutate(bases[random(bases.length)], random)),
    ];
  };

  it("agree on 3,000 valid and mutated configs, but for the differences that are listed", () => {
    const unexplained: string[] = [];
    const verdicts = { valid: 0, invalid: 0 };
    for (const config of corpus()) {
      const ours = findSchemaProblems(readDocument(new TextEncoder().encode(JSON.stringify(config))));
      const theirs = published(config) ? [] : (published.errors as ErrorObject[]);
      const [here, there] = [ours.map(({ at }) => at), theirs.map(({ instancePath }) => instancePath)];
      verdicts[here.length === 0 ? "valid" : "invalid"] += 1;
      const onlyHere =
        there.length === 0 ? here.filter((at) => !stricterHere.some((row) => row.at.test(at))) : [];
      const onlyThere =
        here.length === 0 ? there.filter((at) => !stricterThere.some((row) => row.at.test(at))) : [];
      for (const at of onlyHere)
        unexplained.push(`only here: ${at} = ${valueAt(config, at)}: ${ours[0]?.message}`);
      for (const at of onlyThere) unexplained.push(`only there: ${at} = ${valueAt(config, at)}`);
    }
    expect([...new Set(unexplained)]).toEqual([]);
    // A corpus that is all valid or all wrong would prove nothing.
    expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(200);
  });
});

function valueAt(config: Config, pointer: string): string {
  const value = pointer
    .split("/")
    .slice(1)
    .reduce((inner, token) => inner?.[token.replaceAll("~1", "/").replaceAll("~0", "~")], config);
  return JSON.stringify(value);
}
