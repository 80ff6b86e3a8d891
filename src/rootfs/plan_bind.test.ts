import { describe, expect, it } from "vitest";
import { idmapModes, pathModes } from "../plan/ops.ts";
import type { Mount } from "../spec/types.ts";
import {
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_RDONLY,
  parseMountOptions,
} from "./mount_options.ts";
import { type BindContext, planBind } from "./plan_bind.ts";

const root: BindContext = { bundle: "/bundle", userNamespace: false, privileged: true };
const mapped: BindContext = { ...root, userNamespace: true };

function plan(mount: Partial<Mount>, context = root) {
  const whole: Mount = { destination: "/data", source: "/srv", options: ["bind"], ...mount };
  const bind = planBind(
    whole,
    whole.destination,
    parseMountOptions(whole.options ?? []),
    "/mounts/0",
    context,
  );
  if (bind.mount.op !== "bind") throw new Error("no bind");
  return { bind: bind.mount, source: bind.source };
}

const mappings = [{ containerID: 0, hostID: 1000, size: 2 }];

describe("planBind()", () => {
  it("lets init open the source", () => {
    const { bind, source } = plan({});
    expect(bind).toMatchObject({ source: "/srv", given: 0, recursive: 0, attrSet: 0n, attrReset: 0n });
    expect(source).toBeUndefined();
  });

  it("takes a relative source from the bundle", () => {
    expect(plan({ source: "data" }).bind.source).toBe("/bundle/data");
  });

  it("resets the flags that are not named as soon as one is, as mount(2) does", () => {
    const { bind } = plan({ options: ["bind", "ro", "dev"] });
    expect(bind.attrSet).toBe(MOUNT_ATTR_RDONLY);
    expect(bind.attrClear).toBe(MOUNT_ATTR_NODEV);
    expect(bind.attrReset & MOUNT_ATTR_NOSUID).toBe(MOUNT_ATTR_NOSUID);
    // What is named must not be given up silently when it is locked.
    expect(bind.attrReset & (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV)).toBe(0n);
  });

  it("has the helper open the source for a user namespace", () => {
    const { bind, source } = plan({ options: ["rbind"] }, mapped);
    expect(bind.given).toBe(1);
    expect(source).toMatchObject({ op: "openSource", source: "/srv", recursive: 1, idmap: idmapModes.none });
  });

  it("does without the helper where the caller may no more than init", () => {
    expect(plan({}, { ...mapped, privileged: false }).source).toBeUndefined();
  });

  it.each([
    [["bind", "idmap"], idmapModes.top],
    [["rbind", "ridmap"], idmapModes.recursive],
    [["bind"], idmapModes.top],
  ])("maps ids by the mount's own mappings: %j", (options, idmap) => {
    const { source } = plan({ options, uidMappings: mappings, gidMappings: mappings });
    expect(source).toMatchObject({
      idmap,
      uidMap: "0 1000 2\n",
      gidMap: "0 1000 2\n",
      userNamespace: "none",
    });
  });

  it("maps ids by the container's user namespace when the mount has no mappings", () => {
    expect(plan({ options: ["bind", "idmap"] }, mapped).source).toMatchObject({
      idmap: idmapModes.top,
      uidMap: "",
      userNamespace: "ns_user",
    });
  });

  it("follows no symlink to a file of procfs that may be covered", () => {
    expect(plan({ destination: "/proc/meminfo" }).bind).toMatchObject({
      coversProc: 1,
      pathMode: pathModes.noSymlinks,
    });
    expect(plan({ destination: "/proc/self/status" }).bind).toMatchObject({
      coversProc: 0,
      pathMode: pathModes.inRoot,
    });
  });

  it("refuses options of a file system, with their place", () => {
    expect(() => plan({ options: ["bind", "size=1k"] })).toThrow(
      expect.objectContaining({ code: "config", at: "/mounts/0/options" }),
    );
  });
});
