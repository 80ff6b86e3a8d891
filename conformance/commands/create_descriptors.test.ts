import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { readProbe } from "../support/probe.ts";

/** Runs what follows with files of these texts at the descriptors 3, 4, ... */
function withDescriptors(directory: string, ...texts: string[]): string[] {
  const redirections = texts.map((text, index) => {
    writeFileSync(join(directory, `fd${index + 3}`), text);
    return `${index + 3}<'${join(directory, `fd${index + 3}`)}'`;
  });
  return ["sh", "-c", `exec "$@" ${redirections.join(" ")}`, "sh"];
}

const numbers = (output: string) => (readProbe(output).fd ?? []).map((line) => line.split(" ")[0]);

describe("descriptors of the caller", () => {
  it("are not inherited, except 0, 1 and 2", ({ runtime }) => {
    const through = withDescriptors(runtime.directory, "three", "four");
    const { stdout } = runtime.run(makeBundle(runtime.directory, ["/bin/probe", "fds"]), { through });
    expect(numbers(stdout)).toEqual(["0", "1", "2"]);
  });

  it("are passed on from 3 upwards, as many as --preserve-fds says", ({ runtime }) => {
    const through = withDescriptors(runtime.directory, "three", "four", "five");
    const script = "/bin/probe fds; cat <&3; cat <&4";
    const bundle = makeBundle(runtime.directory, ["sh", "-c", script]);
    const args = ["run", "--preserve-fds", "2", "--bundle", bundle, runtime.newId()];
    const { stdout } = runtime.call(args, { through });
    expect(numbers(stdout)).toEqual(["0", "1", "2", "3", "4"]);
    expect(stdout).toMatch(/threefour$/);
  });

  it("that --preserve-fds counts have to be open", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["true"]);
    const args = ["run", "--preserve-fds", "50", "--bundle", bundle, runtime.newId()];
    const { status, stderr } = runtime.call(args);
    expect(status).toBe(1);
    expect(stderr).toMatch(/unable to stat preserved-fd \d+ \(of 50\)/);
  });

  it("of socket activation come first, with LISTEN_FDS and LISTEN_PID set for the container", ({
    runtime,
  }) => {
    const [, , script] = withDescriptors(runtime.directory, "activated", "preserved");
    const through = ["sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 ${script}`, "sh"];
    const inside = 'echo "$LISTEN_FDS $LISTEN_PID"; cat <&3; cat <&4';
    const bundle = makeBundle(runtime.directory, ["sh", "-c", inside]);
    const args = ["run", "--preserve-fds", "1", "--bundle", bundle, runtime.newId()];
    expect(runtime.call(args, { through })).toEqual({
      status: 0,
      stdout: "1 1\nactivatedpreserved",
      stderr: "",
    });
  });

  it("of another process's socket activation are not passed on", ({ runtime }) => {
    const [, , script] = withDescriptors(runtime.directory, "activated");
    const through = ["sh", "-c", `LISTEN_PID=1 LISTEN_FDS=1 ${script}`, "sh"];
    const bundle = makeBundle(runtime.directory, ["/bin/probe", "fds", "env"]);
    const { stdout } = runtime.run(bundle, { through });
    expect(numbers(stdout)).toEqual(["0", "1", "2"]);
    expect(stdout).not.toContain("LISTEN");
  });
});
