import { describe, expect, it } from "vitest";
import { type RdtReader, readRdtStats } from "./intel_rdt_stats.ts";

const tree: Readonly<Record<string, string>> = {
  "/r/schemata": "    MB:0=100\n    L3:0=fffff",
  "/r/info/L3/cbm_mask": "fffff",
  "/r/info/L3/min_cbm_bits": "1",
  "/r/info/L3/num_closids": "16",
  "/r/id/schemata": "    MB:0=70\n    L3:0=f",
  "/r/id/mon_groups/id/mon_data/mon_L3_00/llc_occupancy": "4096",
  "/r/id/mon_groups/id/mon_data/mon_L3_01/llc_occupancy": "Unavailable",
};

const reader: RdtReader = {
  read: (path) => tree[path],
  names: (directory) => (directory.endsWith("/id/mon_data") ? ["mon_L3_01", "mon_L3_00", "mon_sub"] : []),
};

const ofId = { tasks: ["/r/id/tasks", "/r/id/mon_groups/id/tasks"], remove: [] };

describe("readRdtStats()", () => {
  it("reads the group, the root and the monitors", () => {
    const stats = readRdtStats(ofId, () => "/r", reader);
    expect(JSON.parse(JSON.stringify(stats))).toEqual({
      l3_cache_info: { cbm_mask: "fffff", min_cbm_bits: 1, num_closids: 16 },
      l3_cache_schema_root: "L3:0=fffff",
      l3_cache_schema: "L3:0=f",
      mem_bw_schema_root: "MB:0=100",
      mem_bw_schema: "MB:0=70",
      schemata: ["MB:0=70", "L3:0=f"],
      cmt_stats: [{ llc_occupancy: 4096 }],
    });
  });

  it("is empty without intelRdt, and looks at nothing", () => {
    const looks = () => expect.unreachable();
    expect(readRdtStats(undefined, looks, { read: looks, names: looks })).toEqual({});
  });
});
