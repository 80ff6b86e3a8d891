import { expect, test } from "vitest";
import { findingsOf } from "./spec_under_test.ts";

const device = (path: string, type: string, major?: number, minor?: number) => ({ path, type, major, minor });

test("device nodes need an absolute path and numbers that exist", () => {
  const devices = [
    device("x", "c", 1, 3),
    device("/a", "b", 4096),
    device("/fifo", "p"),
    device("/b", "u", 9007199254740991, 1048575),
  ];
  expect(findingsOf({ linux: { devices } })).toEqual([
    'error /linux/devices/0/path: the path of a device must be absolute, not "x"',
    "error /linux/devices/1/major: the major number of a device must be from 0 to 4095, not 4096",
    "error /linux/devices/1/minor: a device of type b needs a minor number",
    "error /linux/devices/3/major: the major number of a device must be from 0 to 4095, not 9007199254740991",
  ]);
});

test("one path cannot be two devices, and one device should not have two paths", () => {
  const devices = [
    device("/a", "c", 1, 3),
    device("/a", "c", 1, 5),
    device("/b", "u", 1, 3),
    device("/a", "c", 1, 5),
  ];
  expect(findingsOf({ linux: { devices } })).toEqual([
    "error /linux/devices/1/path: /a is already another device of the list",
    "warning /linux/devices/2: the device c 1:3 should be used only once, and is /a already",
  ]);
});

test("device rules take -1 for all numbers, and nothing below", () => {
  const devices = [
    { allow: true, major: -1, minor: -1 },
    { allow: true, minor: -2 },
  ];
  expect(findingsOf({ linux: { resources: { devices } } })).toEqual([
    "error /linux/resources/devices/1/minor: the minor number of a device must be from -1 to 1048575, not -2",
  ]);
});
