/**
 * Plans as golden text: `test/golden/<case>/config.json` compiles to `plan.txt` beside it. Differences are to
 * be read; UPDATE_GOLDEN=1 rewrites the files.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CompileRequest, compile } from "../src/compile.ts";
import { encodePlan } from "../src/plan/encode.ts";
import type { HostFacts } from "../src/plan/host_facts.ts";
import { slotNames } from "../src/plan/ops.ts";
import { formatPlan } from "../src/print_plan.ts";
import { parseSpec } from "../src/spec/parse_spec.ts";
import { assertValidSpec } from "../src/spec/validate.ts";

const request: CompileRequest = {
  id: "golden",
  bundle: "/bundle",
  rootfs: "/bundle/rootfs",
  noPivot: false,
  noNewKeyring: false,
  preserveFds: 0,
  listenFds: 0,
};

const v2: HostFacts = {
  euid: 0,
  egid: 0,
  securityModules: { apparmor: false, selinux: false },
  cgroup: { kind: "v2" },
};

const v1: HostFacts = {
  euid: 0,
  egid: 0,
  securityModules: { apparmor: false, selinux: false },
  cgroup: {
    kind: "v1",
    hierarchies: [
      {
        directory: "cpu,cpuacct",
        options: "cpu,cpuacct",
        source: "/sys/fs/cgroup/cpu,cpuacct/golden",
        links: ["cpu", "cpuacct"],
      },
      { directory: "memory", options: "memory", source: "/sys/fs/cgroup/memory/golden", links: [] },
      { directory: "systemd", options: "name=systemd", source: "/sys/fs/cgroup/systemd/golden", links: [] },
    ],
  },
};

const golden = join(import.meta.dirname, "golden");

describe("compile()", () => {
  for (const name of readdirSync(golden)) {
    const facts = name.endsWith("_v1") ? v1 : v2;

    it(`plans ${name} as its golden text says, and the plan can be encoded`, () => {
      const spec = parseSpec(readFileSync(join(golden, name, "config.json")));
      assertValidSpec(spec, { rootless: false, useSystemd: false, command: "create" });
      const plan = compile(spec, request, facts);
      const text = formatPlan(plan, {});
      const path = join(golden, name, "plan.txt");
      if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path, text);
      expect(text).toBe(readFileSync(path, "utf8"));

      const slots = Object.fromEntries(slotNames.map((slot, index) => [slot, index + 10]));
      expect(encodePlan(plan.ops, slots).length % 4).toBe(0);
    });
  }
});
