import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import type { Config } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { sh, shOutput } from "../support/shell.ts";

const withSysctls = (sysctl: Record<string, string>) => (config: Config) => {
  config.linux.sysctl = sysctl;
};

const hostValue = (path: string) => readFileSync(`/proc/sys/${path}`, "utf8");

describe("linux.sysctl", () => {
  it.for([
    ["net.ipv4.ip_forward", "net/ipv4/ip_forward", "1"],
    ["net/ipv4/ip_forward", "net/ipv4/ip_forward", "1"],
    ["net.ipv4.conf.lo.rp_filter", "net/ipv4/conf/lo/rp_filter", "2"],
    ["kernel.msgmax", "kernel/msgmax", "4242"],
    ["kernel.shm_rmid_forced", "kernel/shm_rmid_forced", "1"],
    ["fs.mqueue.msg_max", "fs/mqueue/msg_max", "7"],
  ] as const)("%s is set in the container and not on the host", ([key, path, value], { runtime }) => {
    const before = hostValue(path);
    expect(shOutput(runtime, `cat /proc/sys/${path}`, withSysctls({ [key]: value }))).toBe(value);
    expect(hostValue(path)).toBe(before);
  });

  it("sets several at once", ({ runtime }) => {
    const edit = withSysctls({ "net.ipv4.ip_forward": "1", "kernel.sem": "250\t32000\t32\t99" });
    expect(shOutput(runtime, "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/sem", edit)).toBe(
      "1\n250\t32000\t32\t99",
    );
  });

  it("that does not exist fails create", ({ runtime }) => {
    expect(sh(runtime, "true", withSysctls({ "net.no.such": "1" })).status).toBe(1);
  });

  it("with a value that the kernel refuses fails create", ({ runtime }) => {
    expect(sh(runtime, "true", withSysctls({ "kernel.msgmax": "-5" })).status).toBe(1);
  });
});
