import { describe, expect, it } from "vitest";
import { RuntimeError } from "../errors.ts";
import { type CliLogger, createLogger, type LogSettings } from "./log.ts";

const file = { fd: 9, isStderr: false, isTerminal: false };
const stderr = { fd: 2, isStderr: true, isTerminal: false };
const terminal = { fd: 2, isStderr: true, isTerminal: true };

function logWith(settings: Partial<LogSettings>, say: (log: CliLogger) => void): string[][] {
  const written: string[][] = [];
  say(
    createLogger({
      target: file,
      format: "json",
      debug: false,
      now: () => 0,
      write: (fd, text) => written.push([String(fd), text]),
      ...settings,
    }),
  );
  return written;
}

const failure = new RuntimeError("syscall", "cannot mount", { errno: 1, at: "/mounts/0", hint: "be root" });
const warn = (log: CliLogger) => log.warning("odd", { at: "/x" });

describe("createLogger().fatal()", () => {
  it("writes one record to the file, and the bare message and the hint to stderr", () => {
    expect(logWith({}, (log) => log.fatal(failure, "tsrunc create failed: "))).toEqual([
      [
        "9",
        '{"at":"/mounts/0","code":"syscall","errno":1,"hint":"be root","level":"error",' +
          '"msg":"tsrunc create failed: cannot mount","time":"1970-01-01T00:00:00Z"}\n',
      ],
      ["2", "tsrunc create failed: cannot mount\nhint: be root\n"],
    ]);
  });

  it("writes one record and nothing else when the log is stderr", () => {
    const written = logWith({ target: stderr, format: "text" }, (log) => log.fatal(failure, ""));
    expect(written).toEqual([
      [
        "2",
        'time="1970-01-01T00:00:00Z" level=error msg="cannot mount" at=/mounts/0 code=syscall errno=1 hint="be root"\n',
      ],
    ]);
  });

  it("writes for a person when stderr is a terminal", () => {
    const written = logWith({ target: terminal, format: "text" }, (log) => log.fatal(failure, ""));
    expect(written).toEqual([["2", "error: cannot mount\nhint: be root\n"]]);
  });

  it("still tells stderr when the log file cannot be written", () => {
    const written: string[] = [];
    const write = (fd: number, text: string) => {
      if (fd !== 2) throw new Error("no space left on device");
      written.push(text);
    };
    logWith({ write }, (log) => log.fatal(failure, ""));
    expect(written).toEqual(["cannot mount\nhint: be root\n"]);
  });
});

describe("createLogger().warning()", () => {
  it("is dropped from a JSON file, which Podman reads as one object", () => {
    expect(logWith({}, warn)).toEqual([]);
  });

  it("is dropped from stderr, which engines parse together with stdout", () => {
    expect(logWith({ target: stderr, format: "text" }, warn)).toEqual([]);
  });

  it("is written to a text file, to a terminal, and anywhere with --debug", () => {
    expect(logWith({ format: "text" }, warn)).toHaveLength(1);
    expect(logWith({ target: terminal, format: "text" }, warn)).toEqual([["2", "warning: odd\n"]]);
    expect(logWith({ debug: true }, warn)).toHaveLength(1);
    expect(logWith({ debug: true, target: stderr }, warn)).toHaveLength(1);
  });
});

describe("createLogger().debug()", () => {
  it("is written with --debug only", () => {
    const say = (log: CliLogger) => log.debug("step");
    expect(logWith({}, say)).toEqual([]);
    expect(logWith({ debug: true }, say)).toEqual([
      ["9", '{"level":"debug","msg":"step","time":"1970-01-01T00:00:00Z"}\n'],
    ]);
  });
});
