import { problem, type Report } from "../finding.ts";
import { childPointer } from "../json_pointer.ts";
import { sysctlComponents } from "../sysctl_key.ts";
import type { LinuxNamespaceType, Spec } from "../types.ts";
import { hasNamespace } from "./context.ts";

/**
 * The kernel parameters that belong to a namespace, by their exact dotted name or by a prefix that ends in a
 * dot. All others would change the host.
 */
const NAMESPACE_OF_SYSCTL: ReadonlyMap<string, LinuxNamespaceType> = new Map([
  ["net.", "network"],
  ["user.", "user"],
  ["fs.mqueue.", "ipc"],
  ["kernel.msgmax", "ipc"],
  ["kernel.msgmnb", "ipc"],
  ["kernel.msgmni", "ipc"],
  ["kernel.sem", "ipc"],
  ["kernel.shmall", "ipc"],
  ["kernel.shmmax", "ipc"],
  ["kernel.shmmni", "ipc"],
  ["kernel.shm_rmid_forced", "ipc"],
  ["kernel.domainname", "uts"],
]);

/** Whether a network namespace is the host's own is a fact of the host, and not looked at here. */
export function checkSysctls(report: Report, spec: Spec): void {
  for (const key of Object.keys(spec.linux?.sysctl ?? {})) {
    const at = childPointer("/linux/sysctl", key);
    const name = sysctlComponents(key)?.join(".");
    const shown = JSON.stringify(key);
    const type = name === undefined ? undefined : namespaceOf(name);
    if (name === undefined) report(problem(at, `${shown} is not the name of a sysctl`));
    else if (name === "kernel.hostname") {
      report(problem(at, `sysctl ${shown} conflicts with the config`, "use the hostname member instead"));
    } else if (type === undefined) {
      report(problem(at, `sysctl ${shown} is not in a separate kernel namespace`));
    } else if (!hasNamespace(spec, type)) {
      report(problem(at, `sysctl ${shown} needs a namespace of its own: ${type}`));
    }
  }
}

function namespaceOf(name: string): LinuxNamespaceType | undefined {
  for (const [known, type] of NAMESPACE_OF_SYSCTL) {
    if (known.endsWith(".") ? name.startsWith(known) : name === known) return type;
  }
  return undefined;
}
