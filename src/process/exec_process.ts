/** The process of `exec`: from a process file, or from the container's own and the command line. Pure. */
import { RuntimeError } from "../errors.ts";
import type { LinuxCapabilities, Process, User } from "../spec/types.ts";

/** What the command line of `exec` says; undefined where it is silent. */
export interface ExecOverrides {
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly env: readonly string[];
  readonly tty: boolean;
  /** `UID[:GID]`. */
  readonly user: string | undefined;
  readonly additionalGids: readonly number[];
  readonly noNewPrivileges: boolean | undefined;
  readonly capabilities: readonly string[];
  readonly apparmorProfile: string | undefined;
  readonly selinuxLabel: string | undefined;
}

/** The container's process with what the command line changes. The terminal is off unless asked for. */
export function overrideProcess(base: Process, overrides: ExecOverrides): Process {
  const { consoleSize: _, ...rest } = base;
  return {
    ...rest,
    terminal: overrides.tty,
    args: overrides.args,
    cwd: overrides.cwd ?? base.cwd,
    env:
      base.env === undefined && overrides.env.length === 0
        ? undefined
        : [...(base.env ?? []), ...overrides.env],
    user: overrideUser(base.user, overrides),
    capabilities: addCapabilities(base.capabilities, overrides.capabilities),
    noNewPrivileges: overrides.noNewPrivileges ?? base.noNewPrivileges,
    apparmorProfile: overrides.apparmorProfile ?? base.apparmorProfile,
    selinuxLabel: overrides.selinuxLabel ?? base.selinuxLabel,
  };
}

/** A process file says all; for what it leaves out the container's own values hold. */
export function inheritProcess(process: Process, container: Process): Process {
  return {
    ...process,
    capabilities: process.capabilities ?? container.capabilities,
    noNewPrivileges: process.noNewPrivileges ?? container.noNewPrivileges,
    apparmorProfile: process.apparmorProfile || container.apparmorProfile,
    selinuxLabel: process.selinuxLabel || container.selinuxLabel,
    rlimits: process.rlimits ?? container.rlimits,
    ioPriority: process.ioPriority ?? container.ioPriority,
    scheduler: process.scheduler ?? container.scheduler,
    execCPUAffinity: process.execCPUAffinity ?? container.execCPUAffinity,
  };
}

function overrideUser(base: User, { user, additionalGids }: ExecOverrides): User {
  const gids = [...(base.additionalGids ?? []), ...additionalGids];
  const groups = gids.length === 0 ? {} : { additionalGids: gids };
  if (user === undefined) return { ...base, ...groups };
  const match = /^(\d+)(?::(\d+))?$/.exec(user);
  const [uid, gid] = [Number(match?.[1]), Number(match?.[2] ?? 0)];
  // Every form is read to its end: a uid that is taken for 0 would be root (CVE-2026-30892).
  if (match === null || uid >= 0xffffffff || gid >= 0xffffffff) {
    throw new RuntimeError("usage", `--user must be UID or UID:GID in numbers: ${JSON.stringify(user)}`, {
      at: "--user",
    });
  }
  return { ...base, ...groups, uid, gid: match[2] === undefined ? base.gid : gid };
}

/**
 * Added capabilities are bounding, effective and permitted, and ambient only where the container has an
 * inheritable set; never inheritable by themselves (CVE-2022-29162).
 */
function addCapabilities(
  base: LinuxCapabilities | undefined,
  added: readonly string[],
): LinuxCapabilities | undefined {
  if (added.length === 0) return base;
  const union = (set: readonly string[] | undefined) => [...new Set([...(set ?? []), ...added])];
  return {
    ...base,
    bounding: union(base?.bounding),
    effective: union(base?.effective),
    permitted: union(base?.permitted),
    ambient: (base?.inheritable ?? []).length > 0 ? union(base?.ambient) : base?.ambient,
  };
}
