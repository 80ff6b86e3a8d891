import { RuntimeError } from "../errors.ts";
import type { ExitStatus } from "../sys/processes.ts";

/** Init ended during the set-up and said nothing: what is known of it from outside. */
export function explainDeath(status: ExitStatus | undefined, oom: boolean): RuntimeError {
  if (oom) {
    return new RuntimeError("host", "container init was OOM-killed (memory limit too low?)", {
      at: "/linux/resources/memory/limit",
    });
  }
  const how =
    status === undefined
      ? ""
      : "signal" in status
        ? `: signal ${status.signal}`
        : `: exit status ${status.code}`;
  return new RuntimeError("internal", `container init ended during the set-up${how}`);
}
