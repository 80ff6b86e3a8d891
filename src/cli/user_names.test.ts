import { describe, expect, it } from "vitest";
import { userName } from "./user_names.ts";

const passwd = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n";

describe("userName()", () => {
  it("finds the name of a uid", () => {
    expect(userName(passwd, 1000)).toBe("ann");
  });

  it("writes a uid without a name with a hash sign", () => {
    expect(userName(passwd, 100)).toBe("#100");
  });
});
