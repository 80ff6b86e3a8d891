import { RuntimeError } from "../../errors.ts";
import { listContainers } from "../../lifecycle/list.ts";
import type { ContainerSummary } from "../../lifecycle/oci_state.ts";
import type { CommandContext } from "../command_context.ts";
import type { OptionsOf } from "../command_table.ts";
import { formatIds, formatListJson, formatListTable } from "../output.ts";
import { userName } from "../user_names.ts";

export function run(context: CommandContext, options: OptionsOf<"list">): number {
  const containers = readList(context);
  if (options.quiet) {
    context.stdout(formatIds(containers));
    return 0;
  }
  const passwd = containers.length === 0 ? "" : context.passwd();
  const named = containers.map((each) => ({ ...each, owner: userName(passwd, each.ownerUid) }));
  context.stdout(options.format === "json" ? formatListJson(named) : formatListTable(named));
  return 0;
}

/** Before the first container there is no default root; a root that somebody names has to exist. */
function readList(context: CommandContext): readonly ContainerSummary[] {
  const { root, globals, log } = context;
  if (globals.root !== undefined && !context.exists(root)) {
    throw new RuntimeError("not_found", `cannot list ${root}: no such file or directory`, { at: "--root" });
  }
  return listContainers({
    root,
    onUnreadable: (id, error) => log.warning(`cannot list container ${id}: ${error.message}`),
  });
}
