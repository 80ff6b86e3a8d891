import { numberIn } from "./stats_text.ts";
import type { Pressure, PressureLine } from "./stats_types.ts";

const none: PressureLine = { avg10: 0, avg60: 0, avg300: 0, total: 0 };

/**
 * Documentation/accounting/psi.rst: `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`, and the same for `full`,
 * which the cpu of old kernels lacks. Undefined without the file, and for one that says nothing.
 */
export function parsePressure(text: string | undefined): Pressure | undefined {
  if (text === undefined || text === "") return undefined;
  const lineOf = (kind: string): PressureLine => {
    const line = text.split("\n").find((each) => each.startsWith(`${kind} `));
    if (line === undefined) return none;
    const value = (key: string) => new RegExp(`\\b${key}=([\\d.]+)`).exec(line)?.[1];
    return {
      avg10: Number(value("avg10") ?? 0),
      avg60: Number(value("avg60") ?? 0),
      avg300: Number(value("avg300") ?? 0),
      total: numberIn(value("total")),
    };
  };
  return { some: lineOf("some"), full: lineOf("full") };
}
