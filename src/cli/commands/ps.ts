import { formatProcessTable, listProcesses } from "../../lifecycle/ps.ts";
import type { CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";

/** What follows the id are options of ps(1); they shape the table only. */
export function run(
  context: CommandContext,
  options: OptionsOf<"ps">,
  positionals: readonly string[],
): number {
  const [id, ...psOptions] = positionals;
  const pids = listProcesses({ id: id!, root: context.root });
  if (options.format === "json") context.stdout(`${JSON.stringify(pids)}\n`);
  else context.stdout(formatProcessTable(pids, psOptions.length === 0 ? ["-ef"] : psOptions));
  return 0;
}
