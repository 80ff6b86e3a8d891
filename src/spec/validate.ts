import { RuntimeError } from "../errors.ts";
import { checkAnnotationKeys } from "./checks/annotations.ts";
import type { SpecCheck, SpecContext } from "./checks/context.ts";
import { checkDeviceRules, checkDevices } from "./checks/devices.ts";
import { checkHooks } from "./checks/hooks.ts";
import { checkIdMappings, checkUserNamespace } from "./checks/id_mappings.ts";
import * as linux from "./checks/linux.ts";
import { checkBindMounts, checkIdMappedMounts, checkMountDestinations } from "./checks/mounts.ts";
import { checkHostNames, checkMaskedPaths, checkNamespaces, checkTimeOffsets } from "./checks/namespaces.ts";
import * as rules from "./checks/process.ts";
import * as resources from "./checks/resources.ts";
import { checkRootlessMountOwners, checkRootlessUserNamespace } from "./checks/rootless.ts";
import { checkIoPriority, checkScheduler } from "./checks/scheduler.ts";
import { checkSeccompDefault, checkSeccompListener, checkSeccompSyscalls } from "./checks/seccomp.ts";
import { checkSysctls } from "./checks/sysctl.ts";
import { checkVersion } from "./checks/version.ts";
import type { Finding, Report } from "./finding.ts";
import type { JsonValue } from "./json.ts";
import { asSpec, findSchemaProblems, readDocument } from "./parse_spec.ts";
import type { LinuxResources, Process, Spec } from "./types.ts";

/** The rules of a process object, in the order in which they are reported. */
const PROCESS_CHECKS: readonly rules.ProcessCheck[] = [
  rules.checkCwd,
  rules.checkArgs,
  rules.checkEnv,
  rules.checkUser,
  rules.checkRlimits,
  rules.checkCapabilities,
  rules.checkCapabilitySets,
  rules.checkOomScoreAdj,
  rules.checkConsoleSize,
  rules.checkExecCpuAffinity,
  checkScheduler,
  checkIoPriority,
];

/** The rules of a resources object. */
const RESOURCES_CHECKS: readonly resources.ResourcesCheck[] = [
  checkDeviceRules,
  resources.checkMemory,
  resources.checkCpu,
  resources.checkPids,
  resources.checkBlockIo,
  resources.checkRdma,
  resources.checkUnified,
];

/** The rules of config.json, in the order in which they are reported: `create` names the first that breaks. */
const SPEC_CHECKS: readonly SpecCheck[] = [
  checkVersion,
  rules.checkProcessPresent,
  (report, spec) => checkProcess(report, spec.process, "/process"),
  rules.checkIgnoredConsoleSize,
  checkNamespaces,
  checkHostNames,
  checkMaskedPaths,
  checkTimeOffsets,
  checkRootlessUserNamespace,
  checkUserNamespace,
  checkIdMappings,
  checkMountDestinations,
  checkBindMounts,
  checkIdMappedMounts,
  checkRootlessMountOwners,
  checkDevices,
  checkSysctls,
  linux.checkCgroupsPath,
  (report, spec) => checkResources(report, spec.linux?.resources, "/linux/resources"),
  linux.checkIntelRdt,
  linux.checkMemoryPolicy,
  linux.checkNetDevices,
  linux.checkPersonality,
  checkSeccompDefault,
  checkSeccompListener,
  checkSeccompSyscalls,
  checkHooks,
  checkAnnotationKeys,
];

/** All that breaks a rule beyond the schema. Pure: what depends on the host is checked by who knows it. */
export function checkSpec(spec: Spec, context: SpecContext): readonly Finding[] {
  return collect((report) => {
    for (const check of SPEC_CHECKS) check(report, spec, context);
  });
}

/** Throws the first error of checkSpec(), and returns its warnings. */
export function assertValidSpec(spec: Spec, context: SpecContext): readonly Finding[] {
  return throwFirstError(checkSpec(spec, context));
}

/** For the file of `exec --process`; the pointers in errors start at the process object. */
export function assertValidProcess(value: Process): readonly Finding[] {
  return throwFirstError(collect((report) => checkProcess(report, value, "")));
}

/** For the file of `update --resources`; the pointers in errors start at the resources object. */
export function assertValidResources(value: LinuxResources): readonly Finding[] {
  return throwFirstError(collect((report) => checkResources(report, value, "")));
}

/**
 * Everything there is to say about the bytes of a config.json, for `validate`. When the shape is wrong, only
 * that is reported, for the rules trust the shape.
 */
export function findProblems(bytes: Uint8Array, context: SpecContext): readonly Finding[] {
  let value: JsonValue;
  try {
    value = readDocument(bytes);
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return [{ level: "error", at: error.at ?? "", message: error.message }];
  }
  const problems = findSchemaProblems(value);
  return problems.length > 0 ? problems : checkSpec(asSpec(value), context);
}

function checkProcess(report: Report, value: Process | undefined, at: string): void {
  if (value === undefined) return;
  for (const check of PROCESS_CHECKS) check(report, value, at);
}

function checkResources(report: Report, value: LinuxResources | undefined, at: string): void {
  if (value === undefined) return;
  for (const check of RESOURCES_CHECKS) check(report, value, at);
}

function collect(run: (report: Report) => void): readonly Finding[] {
  const findings: Finding[] = [];
  run((finding) => findings.push(finding));
  return findings;
}

function throwFirstError(findings: readonly Finding[]): readonly Finding[] {
  for (const { level, at, message, hint } of findings) {
    if (level === "error") throw new RuntimeError("config", message, { at, hint });
  }
  return findings;
}
