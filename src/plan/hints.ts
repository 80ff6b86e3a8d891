import { errno } from "../errno.ts";
import type { Op } from "./plan.ts";
import type { InitMessage } from "./report.ts";

/** Known causes, kept apart from the message because engines match on messages. */
export function hintFor(op: Op, message: InitMessage): string | undefined {
  if (message.step === "check the mount point") {
    return "on /proc only a whole procfs can be mounted, and below it only on a few files such as meminfo";
  }
  if (message.step === "map the ids of the mount" && message.errno === errno.EINVAL) {
    return "the file system of the source does not support idmapped mounts";
  }
  if (op.op === "mount" && op.fsType === "bind") {
    return 'a bind mount needs the option "bind" or "rbind"; type "bind" alone says nothing to the kernel';
  }
  if (op.op === "mount" && message.errno === errno.ENODEV) {
    return `the kernel knows no file system type ${JSON.stringify(op.fsType)}`;
  }
  if (op.op === "mount" && op.fsType === "sysfs" && message.errno === errno.EPERM) {
    return "sysfs needs a network namespace owned by the container's user namespace; use an rbind of /sys";
  }
  if (op.op === "mount" && op.fsType === "proc" && message.errno === errno.EPERM) {
    return "a new procfs needs a pid namespace of its own and a host /proc without masks over it";
  }
  if (op.op === "openRootfs" && message.errno === errno.ELOOP) {
    return "root.path must not contain symlinks";
  }
  if (op.op === "user" && message.errno === errno.EINVAL) {
    return `uid ${op.uid} or gid ${op.gid} or a supplementary group is not mapped in the user namespace`;
  }
  if (op.op === "chdir" && message.step === "check the directory") {
    return "the working directory is outside of the container: possible breakout detected";
  }
  if (op.op === "securityAttribute" && message.step === "set the label" && message.errno === errno.ENOENT) {
    return "the kernel has no AppArmor profile of that name: load it with apparmor_parser";
  }
  if (op.op === "scheduler" && message.errno === errno.EPERM) {
    return "real-time policies need linux.resources.cpu.realtimeRuntime where each cgroup has a budget, and SCHED_DEADLINE every CPU";
  }
  if (op.op === "forkInit" && message.errno === errno.ENOSPC) {
    return "a limit below /proc/sys/user/max_*_namespaces is reached";
  }
  if (op.op === "forkInit" && message.errno === errno.EAGAIN) {
    return "the pids limit of the container or of its parent cgroup is reached";
  }
  return undefined;
}
