import { RuntimeError } from "../errors.ts";
import type { ExactInteger } from "../spec/types.ts";

const powers = ["", "k", "m", "g", "t", "p"];
const largest = 2n ** 63n - 1n;

/**
 * A size as people write it for Docker: "64m", "1.5g", "512kib", plain bytes, or -1 for no limit. The units
 * have base 1024.
 *
 * @throws RuntimeError `usage` at the flag
 */
export function parseByteSize(flag: string, text: string): ExactInteger {
  if (text === "-1") return -1;
  const match = /^(\d+)(?:\.(\d{1,9}))? ?(?:([kmgtp])i?)?b?$/i.exec(text);
  if (match !== null) {
    const [, whole = "", fraction = "", unit = ""] = match;
    const factor = 1024n ** BigInt(powers.indexOf(unit.toLowerCase()));
    const bytes = (BigInt(whole + fraction) * factor) / 10n ** BigInt(fraction.length);
    if (bytes <= largest) return toExact(bytes);
  }
  throw new RuntimeError("usage", `invalid value "${text}" for flag -${flag}: not a size in bytes`, {
    at: `--${flag}`,
    hint: "a number with k, m or g behind it, as in 64m, or -1 for no limit",
  });
}

/** @throws RuntimeError `usage` at the flag */
export function parseExactInteger(flag: string, text: string): ExactInteger {
  if (/^[+-]?\d{1,19}$/.test(text)) return toExact(BigInt(text.replace(/^\+/, "")));
  throw new RuntimeError("usage", `invalid value "${text}" for flag -${flag}: not a whole number`, {
    at: `--${flag}`,
  });
}

function toExact(value: bigint): ExactInteger {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
