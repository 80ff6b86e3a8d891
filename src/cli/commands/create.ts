import { createContainer } from "../../lifecycle/create.ts";
import type { CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";
import { createRequest } from "./create_request.ts";

export function run(
  context: CommandContext,
  options: OptionsOf<"create">,
  positionals: readonly string[],
): number {
  createContainer(createRequest(context, options, positionals[0]!));
  return 0;
}
