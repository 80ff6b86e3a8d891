import { expect, test } from "vitest";
import { sysctlComponents } from "./sysctl_key.ts";

test("sysctlComponents() lets the first separator decide", () => {
  expect(sysctlComponents("net.ipv4.conf.eth0/1.mtu")).toEqual(["net", "ipv4", "conf", "eth0.1", "mtu"]);
  expect(sysctlComponents("net/ipv4/conf/eth0.1/mtu")).toEqual(["net", "ipv4", "conf", "eth0.1", "mtu"]);
});

test("sysctlComponents() never leaves /proc/sys", () => {
  for (const key of ["", "net", "/net/x", "net/../x", "net.//.x", "net..x", "net/", "net.", "net/./x"]) {
    expect(sysctlComponents(key), key).toBe(undefined);
  }
});
