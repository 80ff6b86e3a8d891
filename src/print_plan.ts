/** Plans for people and programs: `tsrunc plan`, and the golden files of the tests. */
import type { ContainerPlan } from "./compile.ts";
import { type FieldKind, ops, syncPoints } from "./plan/ops.ts";
import type { Op } from "./plan/plan.ts";

/**
 * One op a line: the name, the fields that say something, and where in config.json it comes from.
 *
 *   mount destination=/proc fsType=proc source=proc pathMode=1    #/mounts/0
 */
export function formatPlan(plan: ContainerPlan, cgroupPaths: Readonly<Record<string, string>>): string {
  const sections = [
    ...Object.entries(cgroupPaths).map(([key, path]) => `cgroup ${key === "" ? "unified" : key} ${path}`),
    ...plan.joins.map(({ type, path, at }) => `open ${type} namespace ${path}    #${at}`),
    ...(plan.idMaps === undefined
      ? []
      : [`uid_map ${plan.idMaps.uid.trim()}`, `gid_map ${plan.idMaps.gid.trim()}`]),
    ...plan.timeOffsets.split("\n").flatMap((line) => (line === "" ? [] : [`time_offset ${line}`])),
    ...plan.netDevices.map(({ hostName, name, at }) => `net_device ${hostName} ${name}    #${at}`),
    ...(plan.oomScoreAdj === undefined ? [] : [`oom_score_adj ${plan.oomScoreAdj}`]),
    ...plan.rlimits.map(({ resource, soft, hard, at }) => `rlimit ${resource} ${soft} ${hard}    #${at}`),
    ...plan.sources.map((op) => `helper: ${formatOp(op)}`),
    ...plan.ops.map(formatOp),
  ];
  return `${sections.join("\n")}\n`;
}

export function formatOp(op: Op): string {
  const fields = fieldsOf(op).flatMap(([name, kind, value]) => {
    const text = formatField(op.op, name, kind, value);
    return text === "" ? [] : [`${name}=${text}`];
  });
  return [op.op, ...fields].join(" ") + (op.at === "" ? "" : `    #${op.at}`);
}

/** The same as a JSON document; 64-bit fields are numbers, which all of them fit. */
export function planToJson(plan: ContainerPlan, cgroupPaths: Readonly<Record<string, string>>): unknown {
  return { cgroupPaths, ...plan, ops: plan.ops.map(opToJson) };
}

/** Bytes as hexadecimal digits. */
function opToJson(op: Op): unknown {
  const members = Object.entries(op).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? hex(value) : value,
  ]);
  return Object.fromEntries(members);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fieldsOf(op: Op): (readonly [string, FieldKind, unknown])[] {
  const values = op as unknown as Readonly<Record<string, unknown>>;
  return Object.entries(ops[op.op].fields as Readonly<Record<string, FieldKind>>).map(
    ([name, kind]) => [name, kind, values[name]] as const,
  );
}

/** Fields that are zero or empty say nothing and are left out. */
function formatField(opName: string, name: string, kind: FieldKind, value: unknown): string {
  switch (kind) {
    case "u32":
    case "i32":
      return formatNumber(opName, name, value as number);
    case "u64":
    case "i64":
      return value === 0n ? "" : `0x${(value as bigint).toString(16)}`;
    case "slot":
      return value === "none" ? "" : (value as string);
    case "str":
      return value === "" ? "" : quote(value as string);
    case "bytes":
      return (value as Uint8Array).length === 0
        ? madeAtCreate(opName)
        : `${(value as Uint8Array).length} bytes`;
    case "strs":
    case "u32s": {
      const list = value as readonly (string | number)[];
      return list.length === 0 ? "" : `[${list.map((item) => quote(`${item}`)).join(" ")}]`;
    }
    default:
      return kind satisfies never;
  }
}

/** A filter is compiled by libseccomp, which is no part of printing a plan. */
function madeAtCreate(opName: string): string {
  return opName === "seccomp" ? "(compiled at create)" : "";
}

function formatNumber(opName: string, name: string, value: number): string {
  if (opName === "sync") {
    return Object.entries(syncPoints).find(([, number]) => number === value)?.[0] ?? `${value}`;
  }
  if (value === 0 && !(opName === "user" || opName === "umask")) return "";
  if (/mode$|mask$/i.test(name) && name !== "pathMode" && value > 7) return `0${value.toString(8)}`;
  return /flags?$/i.test(name) ? `0x${value.toString(16)}` : `${value}`;
}

/** Quotes only where a reader could not see the end. */
function quote(text: string): string {
  return /^[\w./:=,@%+~-]+$/.test(text) ? text : JSON.stringify(text);
}
