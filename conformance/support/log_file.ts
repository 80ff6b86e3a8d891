/** The file behind `--log FILE --log-format json`, as engines read it. */
import { existsSync, readFileSync } from "node:fs";

export interface LogEntry {
  readonly level: string;
  readonly msg: string;
  readonly time: string;
  /** tsrunc's own: a JSON pointer into config.json, a path or a flag. */
  readonly at?: string;
}

/** Every line has to be a JSON object of its own. */
export function readLog(path: string): LogEntry[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
