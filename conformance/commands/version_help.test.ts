import { describe, expect } from "vitest";
import { it } from "../support/fixture.ts";
import { isTsrunc, runtimeName } from "../support/runtime.ts";

const commands = ["create", "start", "run", "state", "list", "kill", "delete", "spec"];
const ownCommands = isTsrunc ? ["plan", "validate"] : [];

describe("--version", () => {
  it.for(["--version", "-v", "-version"])(
    "%s prints the version and the spec's, one a line",
    (flag, { runtime }) => {
      const { status, stdout, stderr } = runtime.call([flag]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const lines = stdout.trim().split("\n");
      expect(lines[0]).toMatch(new RegExp(`^${runtimeName} version \\d+\\.\\d+\\.\\d+`));
      expect(lines.filter((line) => line.startsWith("spec: "))).toHaveLength(1);
      expect(stdout).toMatch(/^spec: 1\.\d+\.\d+/m);
      // Docker takes the name from the line with this word.
      expect(lines.filter((line) => line.includes("version"))).toHaveLength(1);
    },
  );
});

describe("help", () => {
  it.for([[[]], [["--help"]], [["-h"]], [["help"]]] as const)(
    "%j lists the commands on stdout and succeeds",
    ([args], { runtime }) => {
      const { status, stdout, stderr } = runtime.call(args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      for (const command of [...commands, ...ownCommands])
        expect(stdout).toMatch(new RegExp(`^ *(tsrunc )?${command}\\b`, "m"));
    },
  );

  it.for([...commands, ...ownCommands])("%s --help describes the command", (command, { runtime }) => {
    const { status, stdout, stderr } = runtime.call([command, "--help"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(`${runtimeName} ${command}`);
    expect(runtime.call([command, "-h"]).stdout).toBe(stdout);
  });

  it("of create and run names every flag that engines send", ({ runtime }) => {
    for (const command of ["create", "run"]) {
      const help = runtime.ok([command, "--help"]);
      const flags = ["--bundle", "-b", "--console-socket", "--pid-file", "--no-pivot", "--no-new-keyring"];
      for (const flag of [...flags, "--preserve-fds"]) expect(help).toContain(flag);
    }
  });
});

describe("a wrong command line", () => {
  it("with an unknown command has status 3", ({ runtime }) => {
    const { status, stdout, stderr } = runtime.call(["frobnicate"]);
    expect(status).toBe(3);
    expect(stdout + stderr).toContain("No help topic for 'frobnicate'");
  });

  it("with an unknown global flag has status 1 and names it", ({ runtime }) => {
    const { status, stdout, stderr } = runtime.call(["--frobnicate", "list"]);
    expect(status).toBe(1);
    expect(stdout + stderr).toContain("flag provided but not defined: -frobnicate");
  });

  it("with an unknown log format is refused", ({ runtime }) => {
    const { status, stderr } = runtime.call(["--log-format", "xml", "list"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/(invalid|unknown) log-format:? "?xml/);
  });

  // runc 1.1.5 takes it.
  it.skipIf(!isTsrunc)("with / as the state root is refused", ({ runtime }) => {
    const { status, stderr } = runtime.call(["--root", "/", "list"]);
    expect(status).toBe(1);
    expect(stderr).toContain("Option --root argument should not be set to /");
  });

  it("with a flag that lacks its value is refused", ({ runtime }) => {
    const { status, stdout, stderr } = runtime.call(["--log", "/dev/null", "run", "--pid-file"]);
    expect(status).toBe(1);
    expect(stdout + stderr).toContain("flag needs an argument: -pid-file");
  });

  it.for(["start", "kill", "delete", "run"])("%s without an id is refused", (command, { runtime }) => {
    const { status, stdout, stderr } = runtime.call(["--log", "/dev/null", command]);
    expect(status).toBe(1);
    expect(stdout + stderr).toMatch(new RegExp(`"${command}" requires (exactly|a minimum of) 1 argument`));
  });
});

// What makes a mistake easy to mend is tsrunc's own.
describe.skipIf(!isTsrunc)("a hint", () => {
  it("names the flag or command that was meant", ({ runtime }) => {
    expect(runtime.call(["crate"]).stderr).toMatch(/hint.*create/);
    expect(runtime.call(["create", "--bundel", "x", "id"]).stderr).toMatch(/hint.*--bundle/);
  });
});
