import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { isTsrunc, type Runtime } from "../support/runtime.ts";

function validate(runtime: Runtime, edit: (config: Config) => unknown, ...flags: string[]) {
  const bundle = makeBundle(runtime.directory, ["true"], edit);
  const { status, stdout, stderr } = runtime.call(["validate", "--bundle", bundle, ...flags]);
  expect(stderr).toBe("");
  return { status, stdout };
}

const wrongThrice = (config: Config) => {
  config.process.cwd = "relative";
  config.linux.namespaces.push({ type: "pid" });
  config.hooks = { poststop: [{ path: "not/absolute" }] };
};

// No peer has the command.
describe.skipIf(!isTsrunc)("validate", () => {
  it("says that a good config is valid", ({ runtime }) => {
    expect(validate(runtime, () => undefined)).toEqual({ status: 0, stdout: "config.json is valid\n" });
  });

  it("lists every broken rule, not only the first, each with its place", ({ runtime }) => {
    const { status, stdout } = validate(runtime, wrongThrice);
    expect(status).toBe(1);
    expect(stdout.match(/^error: config\.json#\S+: /gm)).toEqual([
      "error: config.json#/process/cwd: ",
      expect.stringContaining("#/linux/namespaces/"),
      "error: config.json#/hooks/poststop/0/path: ",
    ]);
  });

  it("--format json lists the same as objects", ({ runtime }) => {
    const { status, stdout } = validate(runtime, wrongThrice, "--format", "json");
    expect(status).toBe(1);
    const findings = JSON.parse(stdout);
    expect(findings).toHaveLength(3);
    for (const finding of findings) {
      expect(finding).toMatchObject({
        level: "error",
        at: expect.stringMatching(/^\//),
        message: expect.any(String),
      });
    }
  });

  it("of a good config in JSON is an empty list", ({ runtime }) => {
    expect(JSON.parse(validate(runtime, () => undefined, "-f", "json").stdout)).toEqual([]);
  });

  it("with warnings alone succeeds", ({ runtime }) => {
    const { status, stdout } = validate(runtime, (config) => {
      config.ociVersion = "1.99.0";
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^warning: config\.json#\/ociVersion: /);
  });

  it("lists several faults of the shape too", ({ runtime }) => {
    const { status, stdout } = validate(runtime, (config) => {
      config.process.args = "true";
      config.root.readonly = "yes";
    });
    expect(status).toBe(1);
    expect(stdout).toContain("#/process/args: ");
    expect(stdout).toContain("#/root/readonly: ");
  });

  it("ignores properties that it does not know", ({ runtime }) => {
    const { status } = validate(runtime, (config) => {
      config.unknown = { deep: [1] };
      config.linux.alsoUnknown = true;
    });
    expect(status).toBe(0);
  });

  it("makes no container and needs no root file system", ({ runtime }) => {
    const { status } = validate(runtime, (config) => {
      config.root.path = "missing";
    });
    expect(status).toBe(0);
    expect(runtime.call(["state", "CONTAINER"]).status).toBe(1);
  });

  it("without a config.json fails and says so on stderr", ({ runtime }) => {
    const { status, stdout, stderr } = runtime.call(["validate"], { cwd: runtime.directory });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("config.json");
  });
});
