import { describe, expect, it } from "vitest";
import { concat, encodeAttribute, encodeMessage, readAttributes, splitMessages, u32 } from "./netlink.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("messages", () => {
  it("have the header of struct nlmsghdr", () => {
    expect([...encodeMessage(18, 0x305, 7, bytes(1, 2))]).toEqual([
      ...[18, 0, 0, 0, 18, 0, 5, 3, 7, 0, 0, 0, 0, 0, 0, 0],
      ...[1, 2],
    ]);
  });

  it("are split at multiples of 4", () => {
    const first = encodeMessage(16, 2, 5, bytes(1, 2, 3, 4, 5));
    const all = concat(first, bytes(0, 0, 0), encodeMessage(3, 2, 6, bytes()));
    expect(splitMessages(all)).toEqual([
      { type: 16, sequence: 5, body: bytes(1, 2, 3, 4, 5) },
      { type: 3, sequence: 6, body: bytes() },
    ]);
  });

  it("end where a length is wrong", () => {
    const short = encodeMessage(16, 2, 5, bytes(1));
    short[0] = 3;
    expect(splitMessages(short)).toEqual([]);
    short[0] = 200;
    expect(splitMessages(short)).toEqual([]);
  });
});

describe("attributes", () => {
  it("are padded, and read back", () => {
    const all = concat(encodeAttribute(3, bytes(1, 2, 3, 4, 5)), encodeAttribute(28 | 0x8000, u32(7)));
    expect(all).toHaveLength(12 + 8);
    expect([...readAttributes(all)]).toEqual([
      [3, bytes(1, 2, 3, 4, 5)],
      [28, bytes(7, 0, 0, 0)],
    ]);
  });

  it("end where a length is wrong", () => {
    expect(readAttributes(bytes(2, 0, 1, 0, 9, 9, 9, 9)).size).toBe(0);
    expect(readAttributes(bytes(90, 0, 1, 0)).size).toBe(0);
  });
});
