import { describe, expect, it } from "vitest";
import { parseSignal, signalName, signalNumbers } from "./signal_names.ts";

describe("parseSignal()", () => {
  it("reads every name of the table, with and without SIG, in any case, and signalName() writes it back", () => {
    for (const [name, number] of Object.entries(signalNumbers)) {
      for (const text of [name, `SIG${name}`, name.toLowerCase(), `sig${name}`])
        expect(parseSignal(text)).toBe(number);
      expect(signalName(number)).toBe(`SIG${name}`);
    }
    expect(Object.values(signalNumbers)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
  });

  it("reads every number up to 64 as itself; signalName() is read back", () => {
    for (let number = 0; number <= 64; number++) {
      expect(parseSignal(String(number))).toBe(number);
      expect(parseSignal(signalName(number))).toBe(number);
    }
  });

  it.each([
    ["RTMIN", 34],
    ["SIGRTMIN+3", 37],
    ["rtmin+15", 49],
    ["RTMAX", 64],
    ["SIGRTMAX-14", 50],
    ["IOT", 6],
    ["SIGPOLL", 29],
  ])("reads %s as %i", (text, number) => {
    expect(parseSignal(text)).toBe(number);
  });

  it.each([
    "FOO",
    "",
    "SIG",
    "65",
    "-1",
    "1.5",
    "0x9",
    "RTMIN-1",
    "RTMAX+1",
    "RTMIN+31",
    "constructor",
    "SIGSIGKILL",
  ])("refuses %j", (text) => {
    expect(() => parseSignal(text)).toThrow(`unknown signal "${text}"`);
  });
});
