import { RuntimeError } from "../../errors.ts";
import type { CreateRequest } from "../../lifecycle/create.ts";
import { absoluteOption, bundleOption, type CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";

/** The options that `create` and `run` share. */
export function createRequest(
  context: CommandContext,
  options: OptionsOf<"create">,
  id: string,
): CreateRequest {
  const absolute = (path: string | undefined) => (path ? absoluteOption(context, path) : undefined);
  const preserveFds = options["preserve-fds"];
  if (preserveFds < 0) {
    throw new RuntimeError("usage", `--preserve-fds must not be negative: ${preserveFds}`, {
      at: "--preserve-fds",
    });
  }
  return {
    id,
    bundle: bundleOption(context, options.bundle),
    root: context.root,
    pidFile: absolute(options["pid-file"]),
    consoleSocket: absolute(options["console-socket"]),
    pidfdSocket: absolute(options["pidfd-socket"]),
    noPivot: options["no-pivot"],
    noNewKeyring: options["no-new-keyring"],
    preserveFds,
    env: context.env,
    systemdCgroup: context.globals["systemd-cgroup"],
    rootless: context.globals.rootless,
    log: context.log,
  };
}
