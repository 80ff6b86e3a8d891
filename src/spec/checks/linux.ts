import { problem, type Report, warning } from "../finding.ts";
import { parseIndexList } from "../index_list.ts";
import { childPointer } from "../json_pointer.ts";
import type { MemoryPolicyMode, Spec } from "../types.ts";
import { hasNamespace, type SpecContext } from "./context.ts";

/** With the systemd driver the path is not a path. */
export function checkCgroupsPath(report: Report, spec: Spec, context: SpecContext): void {
  const path = spec.linux?.cgroupsPath ?? "";
  if (!context.useSystemd || path === "" || path.split(":").length === 3) return;
  const shown = JSON.stringify(path);
  report(
    problem(
      "/linux/cgroupsPath",
      `expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got ${shown} instead`,
    ),
  );
}

/** No flag is defined, and an unsupported value is an error. */
export function checkPersonality(report: Report, spec: Spec): void {
  const [flag] = spec.linux?.personality?.flags ?? [];
  if (flag === undefined) return;
  report(problem("/linux/personality/flags/0", `unsupported personality flag ${JSON.stringify(flag)}`));
}

/** closID becomes the name of a directory; "/" alone is the root group. */
export function checkIntelRdt(report: Report, spec: Spec): void {
  const rdt = spec.linux?.intelRdt;
  if (rdt === undefined) return;
  const { closID = "", memBwSchema = "", l3CacheSchema = "" } = rdt;
  if (closID === "." || closID === ".." || (closID !== "/" && /[/\n]/.test(closID))) {
    report(
      problem("/linux/intelRdt/closID", `${JSON.stringify(closID)} cannot be the name of a resctrl group`),
    );
  }
  if (memBwSchema !== "" && !/^MB:[^\n]*$/.test(memBwSchema)) {
    report(problem("/linux/intelRdt/memBwSchema", 'memBwSchema must start with "MB:" and have no newline'));
  }
  if (l3CacheSchema !== "" && !/^L3:[^\n]*$/.test(l3CacheSchema)) {
    report(
      warning("/linux/intelRdt/l3CacheSchema", 'l3CacheSchema should start with "L3:" and have no newline'),
    );
  }
  for (const [index, line] of (rdt.schemata ?? []).entries()) {
    if (line.includes("\n"))
      report(problem(`/linux/intelRdt/schemata/${index}`, "a schema must have no newline"));
  }
}

/** set_mempolicy(2): which modes must have nodes, and which must not. The rest may. */
const NODES_OF_MODE: Readonly<Record<MemoryPolicyMode, "none" | "some" | "any">> = {
  MPOL_DEFAULT: "none",
  MPOL_LOCAL: "none",
  MPOL_BIND: "some",
  MPOL_INTERLEAVE: "some",
  MPOL_WEIGHTED_INTERLEAVE: "some",
  MPOL_PREFERRED_MANY: "some",
  MPOL_PREFERRED: "any",
};

export function checkMemoryPolicy(report: Report, spec: Spec): void {
  const policy = spec.linux?.memoryPolicy;
  if (policy === undefined) return;
  const nodes = parseIndexList(policy.nodes ?? "");
  const at = "/linux/memoryPolicy";
  if (nodes === undefined) {
    report(problem(`${at}/nodes`, `nodes must be a list such as 0-3,7, not ${JSON.stringify(policy.nodes)}`));
  } else if (NODES_OF_MODE[policy.mode] === "none" && nodes.length > 0) {
    report(problem(`${at}/nodes`, `${policy.mode} takes no nodes`));
  } else if (NODES_OF_MODE[policy.mode] === "some" && nodes.length === 0) {
    report(problem(`${at}/nodes`, `${policy.mode} needs at least one node`));
  }
  const flags = policy.flags ?? [];
  if (flags.includes("MPOL_F_STATIC_NODES") && flags.includes("MPOL_F_RELATIVE_NODES")) {
    report(problem(`${at}/flags`, "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other"));
  }
}

/** IFNAMSIZ is 16 with the final NUL. */
const MAX_INTERFACE_NAME = 15;

export function checkNetDevices(report: Report, spec: Spec, context: SpecContext): void {
  const devices = Object.entries(spec.linux?.netDevices ?? {});
  if (devices.length === 0) return;
  const at = "/linux/netDevices";
  if (!hasNamespace(spec, "network"))
    report(problem(at, "cannot move netDevices without a network namespace"));
  if (context.rootless) report(problem(at, "cannot move netDevices without real root"));
  const taken = new Map<string, string>();
  for (const [hostName, device] of devices) {
    const place = childPointer(at, hostName);
    checkInterfaceName(report, hostName, place);
    const name = device.name || hostName;
    if (device.name) checkInterfaceName(report, device.name, `${place}/name`);
    const other = taken.get(name);
    if (other !== undefined && !name.includes("%d")) {
      report(
        problem(
          place,
          `${JSON.stringify(name)} is already the name of ${JSON.stringify(other)} in the container`,
        ),
      );
    }
    taken.set(name, hostName);
  }
}

/** The kernel's dev_valid_name(). */
function checkInterfaceName(report: Report, name: string, at: string): void {
  const isValid = name !== "" && name !== "." && name !== ".." && !/[/:\s]/.test(name);
  if (isValid && new TextEncoder().encode(name).length <= MAX_INTERFACE_NAME) return;
  report(problem(at, `${JSON.stringify(name)} cannot be the name of a network interface`));
}
