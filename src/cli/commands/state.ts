import { readState } from "../../lifecycle/state.ts";
import type { CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";
import { formatState } from "../output.ts";

export function run(context: CommandContext, _: OptionsOf<"state">, positionals: readonly string[]): number {
  context.stdout(formatState(readState({ id: positionals[0]!, root: context.root })));
  return 0;
}
