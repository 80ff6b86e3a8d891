import { describe, expect, it } from "vitest";
import {
  formatJsonRecord,
  formatPlain,
  formatTerminalRecord,
  formatTextRecord,
  formatTime,
  visible,
} from "./log_format.ts";

const timeMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const record = {
  level: "error",
  message: 'cannot mount "x"',
  timeMs,
  fields: { errno: 1, at: "/mounts/0" },
} as const;

describe("formatJsonRecord()", () => {
  it("writes one line with sorted keys and the time in whole seconds", () => {
    expect(formatJsonRecord(record)).toBe(
      '{"at":"/mounts/0","errno":1,"level":"error","msg":"cannot mount \\"x\\"","time":"2026-01-02T03:04:05Z"}\n',
    );
  });

  it("leaves out what is not known and keeps a message of several lines on one", () => {
    const line = formatJsonRecord({ ...record, message: "a\nb", fields: { hint: undefined } });
    expect(line).toBe('{"level":"error","msg":"a\\nb","time":"2026-01-02T03:04:05Z"}\n');
  });
});

describe("formatTextRecord()", () => {
  it("quotes what logrus quotes", () => {
    expect(formatTextRecord(record)).toBe(
      'time="2026-01-02T03:04:05Z" level=error msg="cannot mount \\"x\\"" at=/mounts/0 errno=1\n',
    );
  });

  it("spells out characters that would change the terminal", () => {
    expect(formatTextRecord({ ...record, message: "a\u001b[2J\u009b\u202eb\n", fields: {} })).toContain(
      'msg="a\\u001b[2J\\u009b\\u202eb\\n"',
    );
  });
});

describe("formatTerminalRecord()", () => {
  it("writes for a person, the hint on a line of its own", () => {
    expect(formatTerminalRecord({ ...record, fields: { code: "host", hint: "mount it" } })).toBe(
      'error: cannot mount "x"\nhint: mount it\n',
    );
  });
});

describe("formatPlain()", () => {
  it("writes the message alone when there is no hint", () => {
    expect(formatPlain("container does not exist", undefined)).toBe("container does not exist\n");
  });
});

describe("visible()", () => {
  it("keeps text, newlines and tabs, and spells out escapes", () => {
    expect(visible("é\n\t\u001b]0;x\u0007")).toBe("é\n\t\\u001b]0;x\\u0007");
  });

  it("spells out invisible characters beyond 16 bits", () => {
    expect(visible("\u{e0041}")).toBe("\\U000e0041");
  });
});

describe("formatTime()", () => {
  it("is RFC 3339 in UTC without fractions", () => {
    expect(formatTime(timeMs)).toBe("2026-01-02T03:04:05Z");
  });
});
