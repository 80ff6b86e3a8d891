import { expect, test } from "vitest";
import { parseIndexList } from "./index_list.ts";

test("parseIndexList() reads numbers and ranges, and refuses the rest", () => {
  expect(parseIndexList("0-3, 7")).toEqual([
    { first: 0, last: 3 },
    { first: 7, last: 7 },
  ]);
  expect(parseIndexList(" ")).toEqual([]);
  for (const text of ["x", "1,", "3-1", "1-", "-1", "1 2", "0-3:2", "9999999999"]) {
    expect(parseIndexList(text), text).toBe(undefined);
  }
});
