import { RuntimeError } from "../errors.ts";

const milliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "\u00b5s": 1e-3,
  "\u03bcs": 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const part = /(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/gy;

/**
 * A duration greater than 0 as Go writes it, "5s", "100ms" or "1m30s", in milliseconds.
 *
 * @throws RuntimeError `usage` at the flag
 */
export function parseDuration(flag: string, text: string): number {
  const at = `--${flag}`;
  const [, sign = "", body = ""] = /^([+-]?)(.*)$/s.exec(text)!;
  const parts = [...body.matchAll(part)];
  const read = parts.map(([whole]) => whole).join("");
  if ((body === "" || read !== body) && body !== "0") {
    throw new RuntimeError("usage", `invalid value "${text}" for flag -${flag}: parse error`, {
      at,
      hint: "a number with a unit, as in 5s, 100ms or 1m30s",
    });
  }
  const total = parts.reduce((sum, [, number, unit]) => sum + Number(number) * milliseconds[unit!]!, 0);
  if (sign === "-" || total <= 0) {
    throw new RuntimeError("usage", `duration ${flag} must be greater than 0`, { at });
  }
  return total;
}
