import { pauseContainer } from "../../lifecycle/pause.ts";
import type { CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";

export function run(context: CommandContext, _: OptionsOf<"pause">, positionals: readonly string[]): number {
  pauseContainer({ id: positionals[0]!, root: context.root });
  return 0;
}
