import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { restoreValues, restoringValue, saveValues } from "./saved_values.ts";
import { setting } from "./settings.ts";

describe("restoringValue()", () => {
  it.each([
    ["memory.limit_in_bytes", "1048576", "9223372036854771712", "9223372036854771712"],
    ["cpu.max", "5000 10000", "max 100000", "max 100000"],
    ["cpuset.cpus", "0", "", ""],
    ["memory.oom_control", "1", "oom_kill_disable 0\nunder_oom 0\noom_kill 3", "0"],
    ["io.weight", "500", "default 100\n8:0 200", "default 100"],
    ["io.max", "8:0 rbps=1", "8:0 rbps=7 wbps=max", "8:0 rbps=7 wbps=max"],
    ["io.max", "8:0 rbps=1", "", "8:0 rbps=max wbps=max riops=max wiops=max"],
    ["io.bfq.weight", "8:0 200", "default 100", "8:0 default"],
    ["blkio.throttle.read_bps_device", "8:0 100", "8:0 50\n8:16 70", "8:0 50"],
    ["blkio.throttle.read_bps_device", "8:0 100", "", "8:0 0"],
    ["net_prio.ifpriomap", "eth0 5", "lo 0\neth0 2", "eth0 2"],
    ["rdma.max", "mlx hca_handle=2", "", "mlx hca_handle=max hca_object=max"],
  ])("of %s, written %j, that was %j is %j", (file, written, text, expected) => {
    expect(restoringValue(file, written, text)).toBe(expected);
  });
});

describe("saveValues() and restoreValues()", () => {
  it("bring back what was there, whichever of two names the kernel has", () => {
    const directory = mkdtempSync(join(tmpdir(), "tsrunc-saved-"));
    try {
      const text = (file: string) => readFileSync(join(directory, file), "utf8");
      writeFileSync(join(directory, "cpu.shares"), "1024\n");
      writeFileSync(join(directory, "blkio.bfq.weight"), "100\n");
      const otherwise = setting("blkio", "blkio.bfq.weight", 500, "weight", "");
      const settings = [
        setting("cpu", "cpu.shares", 10, "shares", ""),
        setting("blkio", "blkio.weight", 500, "weight", "", { otherwise }),
      ];
      const saved = saveValues([{ directory, settings }]);
      writeFileSync(join(directory, "cpu.shares"), "xxxx");
      writeFileSync(join(directory, "blkio.bfq.weight"), "xxx");
      expect(restoreValues(saved)).toEqual([]);
      expect([text("cpu.shares"), text("blkio.bfq.weight")]).toEqual(["1024", "100"]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
