import { deleteContainer } from "../../lifecycle/delete.ts";
import type { CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";

export function run(
  context: CommandContext,
  options: OptionsOf<"delete">,
  positionals: readonly string[],
): number {
  deleteContainer({ id: positionals[0]!, root: context.root, force: options.force, log: context.log });
  return 0;
}
