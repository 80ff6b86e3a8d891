import { RuntimeError } from "../../errors.ts";
import { execInContainer } from "../../lifecycle/exec.ts";
import { absoluteOption, type CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";

/** The status is the process's own, unless it is left running. */
export function run(
  context: CommandContext,
  options: OptionsOf<"exec">,
  positionals: readonly string[],
): number {
  const [id, ...args] = positionals;
  const absolute = (path: string | undefined) => (path ? absoluteOption(context, path) : undefined);
  return execInContainer({
    id: id!,
    root: context.root,
    processFile: absolute(options.process),
    overrides: {
      args,
      cwd: options.cwd,
      env: options.env,
      tty: options.tty,
      user: options.user,
      additionalGids: options["additional-gids"],
      noNewPrivileges: options["no-new-privs"] ? true : undefined,
      capabilities: options.cap,
      apparmorProfile: options.apparmor,
      selinuxLabel: options["process-label"],
    },
    detach: options.detach,
    consoleSocket: absolute(options["console-socket"]),
    pidfdSocket: absolute(options["pidfd-socket"]),
    pidFile: absolute(options["pid-file"]),
    preserveFds: options["preserve-fds"],
    ignorePaused: options["ignore-paused"],
    cgroup: onlyCgroup(options.cgroup),
    log: context.log,
  });
}

/** runc takes `controller:path` on v1; here one path holds for every hierarchy. */
function onlyCgroup(paths: readonly string[]): string | undefined {
  if (paths.length <= 1) return paths[0]?.replace(/^[\w,=]+:/, "");
  throw new RuntimeError("usage", "--cgroup can be given once: the path holds in every hierarchy", {
    at: "--cgroup",
  });
}
