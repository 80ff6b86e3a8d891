import { RuntimeError } from "../../errors.ts";
import { followEvents, readStats } from "../../lifecycle/events.ts";
import type { CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";
import { parseDuration } from "../duration.ts";
import { formatEvent } from "../output.ts";
import { formatStatsTable } from "../stats_table.ts";

export function run(
  context: CommandContext,
  options: OptionsOf<"events">,
  positionals: readonly string[],
): number {
  const intervalMs = parseDuration("interval", options.interval);
  const { root } = context;
  if (options.stats) {
    const events = readStats(root, positionals);
    context.stdout(options.format === "table" ? formatStatsTable(events) : events.map(formatEvent).join(""));
    return 0;
  }
  refuseWithoutStats(options, positionals);
  followEvents({
    id: positionals[0]!,
    root,
    intervalMs,
    emit: (event) => context.stdout(formatEvent(event)),
  });
  return 0;
}

function refuseWithoutStats(options: OptionsOf<"events">, positionals: readonly string[]): void {
  if (positionals.length > 1) {
    const hint = "with --stats it takes several";
    throw new RuntimeError("usage", '"events" requires exactly 1 argument', { hint });
  }
  if (options.format === "table") {
    const message = "a stream of events cannot be a table";
    throw new RuntimeError("usage", message, { at: "--format", hint: "use it with --stats" });
  }
}
