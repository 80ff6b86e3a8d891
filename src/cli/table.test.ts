import { describe, expect, it } from "vitest";
import { formatTable } from "./table.ts";

describe("formatTable()", () => {
  it("makes columns at least 12 wide, leaves a gap of 3 and does not pad the last cell", () => {
    const rows = [
      ["ID", "PID", "OWNER"],
      ["a-very-long-id", "7", "root"],
    ];
    expect(formatTable(rows)).toBe("ID               PID         OWNER\na-very-long-id   7           root\n");
  });

  it("counts characters, not UTF-16 units", () => {
    expect(formatTable([["𝒜", "x"]])).toBe(`𝒜${" ".repeat(11)}x\n`);
  });
});
