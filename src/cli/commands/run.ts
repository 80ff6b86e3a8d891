import { runContainer } from "../../lifecycle/run.ts";
import type { CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";
import { createRequest } from "./create_request.ts";

/** The status is the container's own, unless it is left running. */
export function run(
  context: CommandContext,
  options: OptionsOf<"run">,
  positionals: readonly string[],
): number {
  return runContainer({
    ...createRequest(context, options, positionals[0]!),
    detach: options.detach,
    keep: options.keep,
    noSubreaper: options["no-subreaper"],
  });
}
