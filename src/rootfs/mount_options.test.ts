import { describe, expect, it } from "vitest";
import {
  MOUNT_ATTR_ATIME,
  MOUNT_ATTR_NOATIME,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_RDONLY,
  MS_REC,
  MS_SLAVE,
  mountOptions,
  parseMountOptions,
} from "./mount_options.ts";

describe("parseMountOptions()", () => {
  it("knows every option that the runtime-spec demands", () => {
    const demanded =
      "async atime bind defaults dev diratime dirsync exec iversion lazytime loud noatime nodev nodiratime noexec " +
      "noiversion nolazytime norelatime nostrictatime nosuid private rbind relatime remount ro rprivate rshared rslave " +
      "runbindable rw shared silent slave strictatime suid sync unbindable";
    for (const option of demanded.split(" ")) expect(mountOptions, option).toHaveProperty(option);
  });

  it("lets a later option win over an earlier one", () => {
    expect(parseMountOptions(["ro", "rw"])).toMatchObject({ attrSet: 0n, attrClear: MOUNT_ATTR_RDONLY });
    expect(parseMountOptions(["rw", "ro"])).toMatchObject({ attrSet: MOUNT_ATTR_RDONLY, attrClear: 0n });
    expect(parseMountOptions(["bind", "rbind"]).bind).toBe("rbind");
  });

  it("clears the whole atime field for every atime mode, as mount_setattr(2) demands", () => {
    expect(parseMountOptions(["noatime"])).toMatchObject({
      attrSet: MOUNT_ATTR_NOATIME,
      attrClear: MOUNT_ATTR_ATIME,
    });
    expect(parseMountOptions(["noatime", "relatime"])).toMatchObject({
      attrSet: 0n,
      attrClear: MOUNT_ATTR_ATIME,
    });
  });

  it("keeps recursive options apart from the others", () => {
    expect(parseMountOptions(["nosuid", "rro"])).toMatchObject({
      attrSet: MOUNT_ATTR_NOSUID,
      recSet: MOUNT_ATTR_RDONLY,
    });
  });

  it("takes propagation in the order it is given", () => {
    expect(parseMountOptions(["rslave", "slave"]).propagation).toEqual([MS_SLAVE | MS_REC, MS_SLAVE]);
  });

  it.each([
    [
      ["size=64k", "mode=755"],
      ["size=64k", "mode=755"],
    ],
    [["size=64k,mode=755"], ["size=64k", "mode=755"]],
    // mount(2) needs the quotes to keep the comma, fsconfig(2) does not.
    [
      ['context="a,b"', "x"],
      ["context=a,b", "x"],
    ],
    [["lowerdir=/a\\,b:/c,upperdir=/u"], ["lowerdir=/a\\,b:/c", "upperdir=/u"]],
    [["", "defaults"], []],
  ])("leaves %j to the file system as %j", (options, parameters) => {
    expect(parseMountOptions(options).parameters).toEqual(parameters);
  });
});
