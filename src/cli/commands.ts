import type { CommandModule } from "./command_context.ts";
import type { CommandName } from "./command_table.ts";

/** Each command is loaded only when it is the one to run: start-up is paid for at every call. */
export const commandLoaders: { readonly [N in CommandName]: () => Promise<CommandModule<N>> } = {
  create: () => import("./commands/create.ts"),
  start: () => import("./commands/start.ts"),
  run: () => import("./commands/run.ts"),
  state: () => import("./commands/state.ts"),
  list: () => import("./commands/list.ts"),
  kill: () => import("./commands/kill.ts"),
  delete: () => import("./commands/delete.ts"),
  pause: () => import("./commands/pause.ts"),
  resume: () => import("./commands/resume.ts"),
  exec: () => import("./commands/exec.ts"),
  ps: () => import("./commands/ps.ts"),
  events: () => import("./commands/events.ts"),
  update: () => import("./commands/update.ts"),
  spec: () => import("./commands/spec.ts"),
  features: () => import("./commands/features.ts"),
  plan: () => import("./commands/plan.ts"),
  validate: () => import("./commands/validate.ts"),
};
