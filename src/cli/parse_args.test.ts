import { describe, expect, it } from "vitest";
import { type ParsedArgs, parseArgs } from "./parse_args.ts";

function parseCommand(...argv: string[]): Extract<ParsedArgs, { kind: "command" }> {
  const parsed = parseArgs(argv);
  if (parsed.kind !== "command") throw new Error(`not a command: ${JSON.stringify(parsed)}`);
  return parsed;
}

function parseFailure(...argv: string[]): Extract<ParsedArgs, { kind: "failure" }> {
  const parsed = parseArgs(argv);
  if (parsed.kind !== "failure") throw new Error(`not a failure: ${JSON.stringify(parsed)}`);
  return parsed;
}

function messageOf(...argv: string[]): string {
  return parseFailure(...argv).error.message;
}

describe("parseArgs() on whole command lines of engines", () => {
  it("reads what containerd's shim sends to create", () => {
    const line =
      "--root /run/containerd/runc/k8s.io --log /b/log.json --log-format json --systemd-cgroup " +
      "create --bundle /b --pid-file /b/init.pid --console-socket /tmp/pty1/pty.sock c1";
    const parsed = parseCommand(...line.split(" "));
    expect(parsed.globals).toMatchObject({
      root: "/run/containerd/runc/k8s.io",
      log: "/b/log.json",
      "log-format": "json",
      "systemd-cgroup": true,
      debug: false,
      rootless: "auto",
    });
    expect(parsed.options).toEqual({
      bundle: "/b",
      "pid-file": "/b/init.pid",
      "console-socket": "/tmp/pty1/pty.sock",
      "pidfd-socket": undefined,
      "no-pivot": false,
      "no-new-keyring": false,
      "preserve-fds": 0,
    });
    expect(parsed.positionals).toEqual(["c1"]);
  });

  it("reads what conmon sends to create", () => {
    const parsed = parseCommand(
      ..."--systemd-cgroup --log-format=json --log /r/oci-log create --bundle /b --pid-file /r/pidfile --preserve-fds 2 c1".split(
        " ",
      ),
    );
    expect(parsed.globals).toMatchObject({ log: "/r/oci-log", "log-format": "json", "systemd-cgroup": true });
    expect(parsed.options).toMatchObject({ "preserve-fds": 2 });
  });

  it("reads the kill of a shim, the delete of Podman and the list of go-runc", () => {
    expect(parseCommand("kill", "--all", "c1", "9")).toMatchObject({
      options: { all: true },
      positionals: ["c1", "9"],
    });
    expect(parseCommand("delete", "--force", "c1")).toMatchObject({
      options: { force: true },
      positionals: ["c1"],
    });
    expect(parseCommand("list", "--format=json")).toMatchObject({
      options: { format: "json", quiet: false },
    });
  });
});

describe("parseArgs() on flags", () => {
  it("takes one dash for two", () => {
    expect(parseCommand("run", "-no-subreaper", "-bundle", "/b", "c1").options).toMatchObject({
      "no-subreaper": true,
      bundle: "/b",
    });
  });

  it("takes the next word as the value, whatever it looks like", () => {
    expect(parseCommand("create", "--pid-file", "--bundle", "c1").options).toMatchObject({
      "pid-file": "--bundle",
    });
  });

  it("keeps what follows the first = and takes an empty value", () => {
    expect(parseCommand("create", "-b=a=b", "--pid-file=", "c1").options).toMatchObject({
      bundle: "a=b",
      "pid-file": "",
    });
  });

  it("lets the last of several values win", () => {
    expect(parseCommand("create", "-b", "/a", "-b", "/b", "c1").options).toMatchObject({ bundle: "/b" });
  });

  it.each(["1", "t", "T", "true", "TRUE", "True"])("reads the boolean %s as true", (text) => {
    expect(parseCommand("delete", `--force=${text}`, "c1").options).toEqual({ force: true });
  });

  it.each(["0", "f", "F", "false", "FALSE", "False"])("reads the boolean %s as false", (text) => {
    expect(parseCommand("delete", "-f", `-f=${text}`, "c1").options).toEqual({ force: false });
  });

  it("does not take the next word as the value of a boolean", () => {
    expect(parseCommand("delete", "--force", "true").positionals).toEqual(["true"]);
  });

  it("reads --rootless as true, false or auto", () => {
    const rootless = (text: string) => parseCommand(`--rootless=${text}`, "state", "c1").globals.rootless;
    expect([rootless("true"), rootless("f"), rootless("auto")]).toEqual([true, false, "auto"]);
    expect(messageOf("--rootless=maybe", "state", "c1")).toContain('"maybe"');
  });

  it("takes bundled short flags apart when none of them needs a value", () => {
    expect(messageOf("run", "-db", "c1")).toBe("flag provided but not defined: -db");
    expect(messageOf("run", "-dd=1", "c1")).toBe("flag provided but not defined: -dd");
    expect(parseCommand("run", "-dd", "c1").options).toMatchObject({ detach: true });
  });

  it("stops reading flags at --", () => {
    expect(parseCommand("kill", "--", "-c1", "-9").positionals).toEqual(["-c1", "-9"]);
    expect(parseCommand("--debug", "--", "state", "c1").command).toBe("state");
  });

  it("takes a lone - as a positional", () => {
    expect(parseCommand("state", "-").positionals).toEqual(["-"]);
  });

  it("takes the empty value of a flag with choices as its default", () => {
    expect(parseCommand("--log-format", "", "list", "-f=").globals["log-format"]).toBe("text");
  });
});

describe("parseArgs() on mistakes", () => {
  it.each([
    [["state", "--bogus", "c1"], "flag provided but not defined: -bogus"],
    [["--bogus", "state"], "flag provided but not defined: -bogus"],
    [["create", "--bundle"], "flag needs an argument: -bundle"],
    [["create", "-b"], "flag needs an argument: -b"],
    [["--log"], "flag needs an argument: -log"],
    [["state"], '"state" requires exactly 1 argument'],
    [["state", "a", "b"], '"state" requires exactly 1 argument'],
    [["list", "a"], '"list" requires exactly 0 arguments'],
    [["kill"], '"kill" requires a minimum of 1 argument'],
    [["kill", "a", "9", "b"], '"kill" requires a maximum of 2 arguments'],
    [["start", ""], "container id cannot be empty"],
    [["delete", "--force=maybe", "c1"], 'invalid boolean value "maybe" for -force: parse error'],
    [["create", "--preserve-fds", "two", "c1"], 'invalid value "two" for flag -preserve-fds: parse error'],
    [["create", "--preserve-fds=", "c1"], 'invalid value "" for flag -preserve-fds: parse error'],
    [["--log-format", "xml", "state", "c1"], "invalid log-format: xml"],
    [["list", "-f", "yaml"], "invalid format option: yaml"],
    [["state", "---x"], "bad flag syntax: ---x"],
    [["state", "-=x"], "bad flag syntax: -=x"],
  ])("calls %j: %s", (argv, message) => {
    const failure = parseFailure(...argv);
    expect(failure.error).toMatchObject({ code: "usage", message });
    expect(failure.exitStatus).toBe(1);
  });

  it("calls an unknown command a missing help topic, status 3, as runc does", () => {
    for (const argv of [["foo"], ["foo", "-h"], ["help", "foo"]]) {
      const failure = parseFailure(...argv);
      expect(failure.error.message).toBe("No help topic for 'foo'");
      expect(failure).toMatchObject({ exitStatus: 3, unknown: { kind: "command", word: "foo" } });
    }
  });

  it("does not take names of Object.prototype for commands", () => {
    expect(messageOf("constructor")).toBe("No help topic for 'constructor'");
  });

  it("keeps the globals in front of the mistake, so that it reaches the log", () => {
    const { globals } = parseFailure("--log", "/l", "--log-format", "json", "create", "--bogus");
    expect(globals).toMatchObject({ log: "/l", "log-format": "json" });
  });

  it("refuses a global flag after the command", () => {
    expect(parseFailure("state", "c1", "--root", "/r")).toMatchObject({
      unknown: { kind: "flag", word: "root", command: "state" },
    });
  });
});

describe("parseArgs() on help and version", () => {
  it.each([[[]], [["--help"]], [["-h"]], [["help"]], [["--debug"]], [["help", "help"]], [["-h", "create"]]])(
    "shows the main help for %j",
    (argv) => {
      const parsed = parseArgs(argv);
      expect(parsed.kind).toBe("help");
      expect(parsed).not.toHaveProperty("command");
    },
  );

  it.each([[["create", "--help"]], [["create", "-h"]], [["create", "c1", "--help"]], [["help", "create"]]])(
    "shows the help of create for %j",
    (argv) => {
      expect(parseArgs(argv)).toMatchObject({ kind: "help", command: "create" });
    },
  );

  it("lets help win over what is wrong behind it", () => {
    expect(parseArgs(["create", "--help", "--bogus"]).kind).toBe("help");
  });

  it("shows the version for --version and -v", () => {
    expect([parseArgs(["--version"]).kind, parseArgs(["-v"]).kind]).toEqual(["version", "version"]);
  });
});
