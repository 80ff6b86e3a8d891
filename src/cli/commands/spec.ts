import { writeSpec } from "../../lifecycle/write_spec.ts";
import { bundleOption, type CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";

export function run(context: CommandContext, options: OptionsOf<"spec">): number {
  writeSpec({ bundle: bundleOption(context, options.bundle), rootless: options.rootless });
  return 0;
}
