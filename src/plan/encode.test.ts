import { describe, expect, it } from "vitest";
import { encodePlan } from "./encode.ts";
import { ops, slotNames } from "./ops.ts";
import { op } from "./plan.ts";

const header = 20 + slotNames.length * 4;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("encodePlan()", () => {
  it("writes the example of docs/plan_format.md", () => {
    const bytes = encodePlan([op("umask", "/process/user/umask", { mask: 0o022 })], {});
    expect(hex(bytes.subarray(header))).toBe("1d0000000400000012000000");
  });

  it("begins with magic, version, total length, and the numbers of slots and ops", () => {
    const bytes = encodePlan([op("newSession", "", {})], { sync: 7 });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect(Buffer.from(bytes.subarray(0, 4)).toString()).toBe("TSRP");
    expect(view.getUint32(8, true)).toBe(bytes.length);
    expect([view.getUint32(12, true), view.getUint32(16, true)]).toEqual([slotNames.length, 1]);
    expect(view.getInt32(20, true)).toBe(-1);
    expect(view.getInt32(20 + slotNames.indexOf("sync") * 4, true)).toBe(7);
  });

  it("pads strings with their NUL to a multiple of four", () => {
    const bytes = encodePlan([op("hostname", "/hostname", { name: "abcd" })], {});
    expect(hex(bytes.subarray(header + 8))).toBe(`04000000${hex(Buffer.from("abcd"))}00000000`);
  });

  it("refuses a string with a NUL in it, which C would cut short", () => {
    expect(() => encodePlan([op("hostname", "", { name: "a\0b" })], {})).toThrow("NUL");
  });

  it("refuses an op whose descriptor is not open", () => {
    expect(() => encodePlan([op("waitForStart", "", { socket: "start" })], {})).toThrow('"start"');
  });

  it("has a number of its own for every op", () => {
    const numbers = Object.values(ops).map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
