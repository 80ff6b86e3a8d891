import { validateBundle } from "../../lifecycle/inspect_bundle.ts";
import { bundleOption, type CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";
import { formatFindings, formatJson } from "../output.ts";

/** Status 1 when something is wrong; a warning alone is not. */
export function run(context: CommandContext, options: OptionsOf<"validate">): number {
  const findings = validateBundle({
    bundle: bundleOption(context, options.bundle),
    systemdCgroup: context.globals["systemd-cgroup"],
    rootless: context.globals.rootless,
  });
  context.stdout(options.format === "json" ? formatJson(findings) : formatFindings(findings));
  return findings.some((finding) => finding.level === "error") ? 1 : 0;
}
