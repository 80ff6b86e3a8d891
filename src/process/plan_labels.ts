import { configError } from "../errors.ts";
import type { SecurityModules } from "../plan/host_facts.ts";
import { type Op, op } from "../plan/plan.ts";
import type { Process } from "../spec/types.ts";

/**
 * The labels that the program gets when it is executed; `at` is the pointer of the process object.
 *
 * A label of a security module that is off is an error, and never skipped: "If the runtime cannot apply a
 * property as specified in the configuration, it MUST generate an error" (runtime.md, create), and a program
 * that was to be confined must not start unconfined. runc does the same. The one exception asks for nothing:
 * the AppArmor profile "unconfined" is what every process has where there is no AppArmor.
 */
export function planLabels(process: Process, at: string, modules: SecurityModules): readonly Op[] {
  return [
    ...planAppArmor(process.apparmorProfile ?? "", `${at}/apparmorProfile`, modules.apparmor),
    ...planSelinux(process.selinuxLabel ?? "", `${at}/selinuxLabel`, modules.selinux),
  ];
}

const UNCONFINED = "unconfined";

function planAppArmor(profile: string, at: string, enabled: boolean): readonly Op[] {
  if (profile === "" || (profile === UNCONFINED && !enabled)) return [];
  if (!enabled) {
    throw configError(
      at,
      `apparmor failed to apply profile: ${JSON.stringify(profile)} is asked for, but AppArmor is not enabled on this host`,
    );
  }
  // The second file is the one of the module that came first, where the kernel is older than 5.8.
  const files = ["apparmor/exec", "exec"];
  return [op("securityAttribute", at, { files, value: `exec ${profile}`, expect: profileAsRead(profile) })];
}

/** A profile of a namespace and a stack of profiles are shown in other words than they are set. */
function profileAsRead(profile: string): string {
  return profile.startsWith(":") || profile.includes("&") ? "" : profile;
}

function planSelinux(label: string, at: string, enabled: boolean): readonly Op[] {
  if (label === "") return [];
  refuseWithoutSelinux(at, enabled);
  return [op("securityAttribute", at, { files: ["exec"], value: label, expect: anyLabel })];
}

/** The kernel shows the type behind an alias, and sorts the categories: no words of the label are certain. */
const anyLabel = "";

function refuseWithoutSelinux(at: string, enabled: boolean): void {
  if (enabled) return;
  throw configError(
    at,
    "selinux label is specified in config, but selinux is disabled or not supported on this host",
  );
}

/** Keys get the label of the process, so that it may use them: around the op that makes the keyring. */
export function labelKeyring(
  process: Process,
  modules: SecurityModules,
  makeKeyring: readonly Op[],
): readonly Op[] {
  const label = process.selinuxLabel ?? "";
  if (label === "" || !modules.selinux || makeKeyring.length === 0) return makeKeyring;
  const at = "/process/selinuxLabel";
  const files = ["keycreate"];
  return [
    op("securityAttribute", at, { files, value: label, expect: anyLabel }),
    ...makeKeyring,
    op("securityAttribute", at, { files, value: "", expect: "" }),
  ];
}
