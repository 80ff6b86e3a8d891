import { planBundle } from "../../lifecycle/inspect_bundle.ts";
import { bundleOption, type CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";
import { formatJson } from "../output.ts";

export function run(context: CommandContext, options: OptionsOf<"plan">): number {
  const plan = planBundle({
    bundle: bundleOption(context, options.bundle),
    systemdCgroup: context.globals["systemd-cgroup"],
    rootless: context.globals.rootless,
  });
  context.stdout(options.format === "json" ? formatJson(plan.json) : plan.text);
  return 0;
}
