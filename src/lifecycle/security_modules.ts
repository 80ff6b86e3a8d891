import { errno } from "../errno.ts";
import type { SecurityModules } from "../plan/host_facts.ts";
import type { Spec } from "../spec/types.ts";
import { SELINUX_MAGIC } from "../sys/constants.ts";
import { fileSystemType, readTextFile } from "../sys/files.ts";
import { isErrno } from "../sys/sys_error.ts";

/** Asks the kernel only about the modules that the config has a label for. @throws SysError */
export function readSecurityModules(spec: Spec, sysfs = "/sys"): SecurityModules {
  const { apparmorProfile, selinuxLabel } = spec.process ?? {};
  return {
    apparmor: Boolean(apparmorProfile) && isAppArmorEnabled(sysfs),
    selinux: Boolean(selinuxLabel || spec.linux?.mountLabel) && isSelinuxEnabled(sysfs),
  };
}

/** Built in is not enabled: the module says itself which. */
function isAppArmorEnabled(sysfs: string): boolean {
  return ifThere(() => readTextFile(`${sysfs}/module/apparmor/parameters/enabled`).startsWith("Y"));
}

/** selinuxfs exists only while the module is active, and systems mount it before anything else runs. */
function isSelinuxEnabled(sysfs: string): boolean {
  return ifThere(() => fileSystemType(`${sysfs}/fs/selinux`) === SELINUX_MAGIC);
}

function ifThere(look: () => boolean): boolean {
  try {
    return look();
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.ENOTDIR)) return false;
    throw error;
  }
}
