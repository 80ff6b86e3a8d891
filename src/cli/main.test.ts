import { beforeEach, describe, expect, it, vi } from "vitest";
import { RuntimeError } from "../errors.ts";
import type { CommandContext, Io } from "./command_context.ts";
import { main } from "./main.ts";

const command =
  vi.fn<(context: CommandContext, options: unknown, positionals: readonly string[]) => number>();

vi.mock("./commands.ts", () => ({
  commandLoaders: new Proxy({}, { get: () => async () => ({ run: command }) }),
}));

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly log: string;
}

const logFd = 9;

async function runMain(argv: string, changes: Partial<Io> = {}): Promise<Outcome> {
  const written: Record<number, string> = { 1: "", 2: "", [logFd]: "" };
  const io: Io = {
    env: {},
    cwd: () => "/work",
    euid: () => 0,
    inUserNamespace: () => false,
    passwd: () => "",
    exists: () => true,
    isTerminal: () => false,
    now: () => 0,
    openLog: () => logFd,
    write: (fd, text) => {
      written[fd] += text;
    },
    ...changes,
  };
  const status = await main(argv === "" ? [] : argv.split(" "), io);
  return { status, stdout: written[1]!, stderr: written[2]!, log: written[logFd]! };
}

const jsonLog = "--log /l --log-format json";

describe("main()", () => {
  beforeEach(() => {
    command.mockReset();
    command.mockReturnValue(0);
  });

  it("runs the command and returns its status", async () => {
    command.mockReturnValue(42);
    expect(await runMain("run c1")).toEqual({ status: 42, stdout: "", stderr: "", log: "" });
    expect(command.mock.calls[0]?.slice(1)).toMatchObject([{ detach: false }, ["c1"]]);
  });

  it("writes nothing anywhere when the command only warns, not with a JSON log nor without a log", async () => {
    command.mockImplementation((context) => {
      context.log.warning("odd");
      return 0;
    });
    expect(await runMain(`${jsonLog} start c1`)).toEqual({ status: 0, stdout: "", stderr: "", log: "" });
    expect(await runMain("start c1")).toEqual({ status: 0, stdout: "", stderr: "", log: "" });
  });

  it("gives the command an absolute root and the process's streams", async () => {
    command.mockImplementation((context) => {
      context.stdout(context.root);
      context.stderr(context.cwd());
      return 0;
    });
    expect(await runMain("--root r start c1")).toMatchObject({ stdout: "/work/r", stderr: "/work" });
  });

  it("logs the failure of a command once and tells stderr too, status 1", async () => {
    command.mockImplementation(() => {
      throw new RuntimeError("not_found", "container does not exist", { hint: "see 'tsrunc list'" });
    });
    const { status, stdout, stderr, log } = await runMain(`${jsonLog} state c1`);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toBe("container does not exist\nhint: see 'tsrunc list'\n");
    expect(JSON.parse(log)).toEqual({
      code: "not_found",
      hint: "see 'tsrunc list'",
      level: "error",
      msg: "container does not exist",
      time: "1970-01-01T00:00:00Z",
    });
  });

  it.each(["create", "run"])("starts the message of a failed %s with its name", async (name) => {
    command.mockImplementation(() => {
      throw new RuntimeError("exists", "container with given ID already exists");
    });
    const { stderr } = await runMain(`${jsonLog} ${name} c1`);
    expect(stderr).toBe(`tsrunc ${name} failed: container with given ID already exists\n`);
  });

  it("turns any other throw into an internal error, its stack in the debug log", async () => {
    command.mockImplementation(() => {
      throw new TypeError("x is not a function");
    });
    const { status, log } = await runMain(`${jsonLog} --debug kill c1`);
    const records = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(status).toBe(1);
    expect(records.map(({ level }) => level)).toEqual(["debug", "error"]);
    expect(records[0].msg).toContain("main.test.ts");
    expect(records[1]).toMatchObject({ code: "internal", msg: "internal error: x is not a function" });
  });

  it("logs a mistake on the command line with a suggestion, and runs nothing", async () => {
    const { status, stderr, log } = await runMain(`${jsonLog} create --bundel /b c1`);
    expect(status).toBe(1);
    expect(stderr).toBe("flag provided but not defined: -bundel\nhint: did you mean --bundle?\n");
    expect(JSON.parse(log)).toMatchObject({ code: "usage", at: "--bundel" });
    expect(command).not.toHaveBeenCalled();
  });

  it("answers an unknown command with status 3", async () => {
    const { status, stderr } = await runMain("strat c1");
    expect(status).toBe(3);
    expect(stderr).toContain(`msg="No help topic for 'strat'"`);
    expect(stderr).toContain(`hint="did you mean 'start'?"`);
  });

  it("refuses --root / before the command runs", async () => {
    const { status, stderr } = await runMain("--root / list");
    expect(status).toBe(1);
    expect(stderr).toContain("Option --root argument should not be set to /");
    expect(command).not.toHaveBeenCalled();
  });

  it("fails on stderr when the log file cannot be opened", async () => {
    const openLog = () => {
      throw new RuntimeError("syscall", "open /l: permission denied", { errno: 13 });
    };
    const { status, stderr } = await runMain("--log /l start c1", { openLog });
    expect(status).toBe(1);
    expect(stderr).toContain("open /l: permission denied");
    expect(command).not.toHaveBeenCalled();
  });

  it("fails when stdout cannot be written", async () => {
    command.mockImplementation((context) => {
      context.stdout("{}");
      return 0;
    });
    const stderr: string[] = [];
    const write = (fd: number, text: string) => {
      if (fd === 1) throw new RuntimeError("syscall", "write: no space left on device", { errno: 28 });
      stderr.push(text);
    };
    expect((await runMain("state c1", { write })).status).toBe(1);
    expect(stderr.join("")).toContain("no space left on device");
  });

  it.each(["", "--help", "-h", "help", "help create", "create --help"])(
    "prints help to stdout for '%s'",
    async (argv) => {
      const { status, stdout, stderr, log } = await runMain(argv);
      expect([status, stderr, log]).toEqual([0, "", ""]);
      expect(stdout).toMatch(/^NAME:\ntsrunc/);
    },
  );

  it("prints the version to stdout", async () => {
    const { status, stdout, stderr } = await runMain("--version");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^tsrunc version \d+\.\d+\.\d+\n(commit: .*\n)?spec: 1\.3\.\d+\n$/);
  });
});
