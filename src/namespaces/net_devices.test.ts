import { expect, it } from "vitest";
import { planNetDevices } from "./net_devices.ts";

it("keeps the order, the host's name where none is given, and points at the device", () => {
  expect(planNetDevices(undefined)).toEqual([]);
  expect(planNetDevices({ "a~b": {}, eth0: { name: "net%d" }, eth1: { name: "" } })).toEqual([
    { hostName: "a~b", name: "a~b", at: "/linux/netDevices/a~0b" },
    { hostName: "eth0", name: "net%d", at: "/linux/netDevices/eth0" },
    { hostName: "eth1", name: "eth1", at: "/linux/netDevices/eth1" },
  ]);
});
