import { updateContainer } from "../../lifecycle/update.ts";
import { absoluteOption, type CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";
import { flagAt, resourcesFromFlags } from "../resource_flags.ts";

/** A document says it all: the flags beside it count for nothing, but for the schemata, which it cannot hold. */
export function run(
  context: CommandContext,
  options: OptionsOf<"update">,
  positionals: readonly string[],
): number {
  const file = options.resources || undefined;
  for (const flag of ["kernel-memory", "kernel-memory-tcp"] as const) {
    if (options[flag]) context.log.warning(`--${flag} is ignored: kernel memory cannot be limited any more`);
  }
  updateContainer({
    id: positionals[0]!,
    root: context.root,
    resourcesFile: file === undefined || file === "-" ? file : absoluteOption(context, file),
    resources: file === undefined ? resourcesFromFlags(options) : {},
    placeOf: (pointer) => (file === undefined ? flagAt(pointer) : pointer),
    l3CacheSchema: options["l3-cache-schema"] || undefined,
    memBwSchema: options["mem-bw-schema"] || undefined,
    log: context.log,
  });
  return 0;
}
