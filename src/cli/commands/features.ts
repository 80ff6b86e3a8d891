import { describeFeatures } from "../../features.ts";
import type { CommandContext } from "../command_context.ts";
import { formatFeatures } from "../output.ts";
import { commit, version } from "../version.ts";

export function run(context: CommandContext): number {
  context.stdout(formatFeatures(describeFeatures(version, commit)));
  return 0;
}
