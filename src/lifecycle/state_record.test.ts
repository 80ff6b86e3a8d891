import { describe, expect, it } from "vitest";
import { parseStateRecord, stateRecordVersion } from "./state_record.ts";

describe("parseStateRecord()", () => {
  it("reads a record of this version", () => {
    const text = JSON.stringify({ tsrunc_state: stateRecordVersion, id: "x" });
    expect(parseStateRecord(text, "/s").id).toBe("x");
  });

  it.each(["", "{", "null", "[]", '{"tsrunc_state":999}', "{}"])(
    "refuses %j and says what is left to do",
    (text) => {
      expect(() => parseStateRecord(text, "/s")).toThrow(
        expect.objectContaining({ code: "state", at: "/s", hint: expect.stringContaining("delete --force") }),
      );
    },
  );
});
