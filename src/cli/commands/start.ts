import { startContainer } from "../../lifecycle/start.ts";
import type { CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";

export function run(context: CommandContext, _: OptionsOf<"start">, positionals: readonly string[]): number {
  startContainer({ id: positionals[0]!, root: context.root });
  return 0;
}
