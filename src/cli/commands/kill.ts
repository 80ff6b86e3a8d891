import { killContainer } from "../../lifecycle/kill.ts";
import { parseSignal } from "../../process/signal_names.ts";
import type { CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";

export function run(
  context: CommandContext,
  options: OptionsOf<"kill">,
  positionals: readonly string[],
): number {
  const signal = parseSignal(positionals[1] ?? "SIGTERM");
  killContainer({ id: positionals[0]!, root: context.root, signal, all: options.all });
  return 0;
}
