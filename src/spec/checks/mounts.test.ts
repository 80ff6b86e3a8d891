import { expect, test } from "vitest";
import { findingsOf } from "./spec_under_test.ts";

const ONE = [{ containerID: 0, hostID: 1000, size: 1 }];
const bind = (more: object) => [{ destination: "/x", source: "/y", options: ["bind"], ...more }];

test("a relative destination is deprecated, an empty one is wrong, and .. is harmless", () => {
  expect(
    findingsOf({ mounts: ["x", "", "/../../etc"].map((destination) => ({ destination, type: "tmpfs" })) }),
  ).toEqual([
    'warning /mounts/0/destination: the mount destination "x" is relative, which is deprecated: taken from /',
    "error /mounts/1/destination: the destination of a mount must not be empty",
  ]);
});

test("a bind mount needs a source, and more than the type", () => {
  expect(
    findingsOf({
      mounts: [
        { destination: "/x", options: ["rbind"] },
        { destination: "/x", type: "bind", source: "/y" },
      ],
    }),
  ).toEqual([
    "error /mounts/0/source: a bind mount needs a source",
    'warning /mounts/1/type: the type "bind" alone does not make a bind mount',
  ]);
});

test.each([
  [
    "both kinds of mappings",
    bind({ options: ["bind", "idmap"], uidMappings: ONE }),
    "error /mounts/0: uidMappings and gidMappings of a mount must be given together",
  ],
  [
    "valid mappings",
    bind({ options: ["bind", "idmap"], uidMappings: [{ ...ONE[0], size: 0 }], gidMappings: ONE }),
    "error /mounts/0/uidMappings/0/size: the size of an id mapping must not be 0",
  ],
  [
    "mappings from somewhere",
    bind({ options: ["bind", "idmap"] }),
    "error /mounts/0/options: idmap needs id mappings of the mount, or a user namespace to take them from",
  ],
  [
    "a bind mount",
    [{ destination: "/x", type: "tmpfs", options: ["ridmap"], uidMappings: ONE, gidMappings: ONE }],
    "error /mounts/0: only bind mounts can have id mappings",
  ],
  [
    "the option, by a warning",
    bind({ uidMappings: ONE, gidMappings: ONE }),
    'warning /mounts/0/options: a mount with id mappings should have the option "idmap" or "ridmap"',
  ],
])("an id-mapped mount needs %s", (_name, mounts, finding) => {
  expect(findingsOf({ mounts })).toEqual([finding]);
});

test("without root there are no id-mapped mounts, and owners must be mapped", () => {
  const linux = {
    namespaces: [{ type: "user" }, { type: "mount" }, { type: "uts" }],
    uidMappings: ONE,
    gidMappings: ONE,
  };
  const mounts = [
    ...bind({ options: ["bind", "idmap"] }),
    { destination: "/t", type: "tmpfs", options: ["uid=0", "gid=5"] },
  ];
  expect(findingsOf({ linux, mounts })).toEqual([]);
  expect(findingsOf({ linux, mounts }, { rootless: true })).toEqual([
    "error /mounts/0: cannot map the ids of a mount without real root",
    "error /mounts/1/options/1: cannot mount with gid=5: the id is not mapped into the user namespace",
  ]);
});
