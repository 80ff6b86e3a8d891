import { describe, expect, it } from "vitest";
import type { RootfsPropagation, Spec } from "../spec/types.ts";
import { MS_PRIVATE, MS_REC, MS_SHARED, MS_SLAVE } from "./mount_options.ts";
import { planFinalPropagation, planRootOpening } from "./plan_root.ts";

function spec(rootfsPropagation?: RootfsPropagation): Spec {
  return { ociVersion: "1.3.0", root: { path: "rootfs" }, linux: { rootfsPropagation } } as Spec;
}

describe("planRootOpening()", () => {
  it.each([
    [undefined, MS_SLAVE | MS_REC],
    ["slave", MS_SLAVE | MS_REC],
    ["unbindable", MS_SLAVE | MS_REC],
    ["private", MS_PRIVATE | MS_REC],
    ["rprivate", MS_PRIVATE | MS_REC],
  ] as const)("cuts the mounts off the host's for %s, and the root is as the rest", (value, flags) => {
    expect(planRootOpening(spec(value), "/r")).toMatchObject([
      { op: "rootPropagation", flags },
      { op: "openRootfs", isolate: 0 },
    ]);
  });

  it.each(["shared", "rshared"] as const)(
    "leaves the mounts peers of the host's for %s, but the root",
    (value) => {
      expect(planRootOpening(spec(value), "/r")).toMatchObject([{ op: "openRootfs", isolate: 1 }]);
    },
  );
});

describe("planFinalPropagation()", () => {
  it("gives the root what the config says, and nothing when it says nothing", () => {
    expect(planFinalPropagation(spec("rshared"), true)).toMatchObject([{ flags: MS_SHARED | MS_REC }]);
    expect(planFinalPropagation(spec(), true)).toEqual([]);
  });

  it("never touches the root of a mount namespace that is not the container's", () => {
    expect(planFinalPropagation(spec("private"), false)).toEqual([]);
  });
});
