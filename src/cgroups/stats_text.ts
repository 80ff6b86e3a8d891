/** Numbers out of the texts of cgroup files. Pure. */
import type { ExactInteger } from "../spec/types.ts";

/** What "max" is in the 64 bits of those who read statistics. */
export const noLimit = 2n ** 64n - 1n;

/** The number that a file holds; 0 for a file that is not there, or that holds none. */
export function numberIn(text: string | undefined): ExactInteger {
  if (text === "max") return noLimit;
  return text !== undefined && /^-?\d+$/.test(text) ? exact(BigInt(text)) : 0;
}

/** A bigint only where a number would lose digits. */
export function exact(value: bigint): ExactInteger {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The sum, but "no limit" stays what it is. */
export function sum(a: ExactInteger, b: ExactInteger): ExactInteger {
  const total = BigInt(a) + BigInt(b);
  return total > noLimit ? noLimit : exact(total);
}

export function times(value: ExactInteger, factor: bigint): ExactInteger {
  return exact(BigInt(value) * factor);
}

/** Zero is how the documents say nothing: the member is left out. */
export function unlessZero(value: ExactInteger): ExactInteger | undefined {
  return BigInt(value) === 0n ? undefined : value;
}

/** A flat-keyed file, `key number` in each line. Undefined when there is no such file. */
export function flatNumbers(text: string | undefined): Readonly<Record<string, ExactInteger>> | undefined {
  if (text === undefined) return undefined;
  const entries = text.split("\n").flatMap((line) => {
    const [, key, value] = /^(\S+) (-?\d+|max)$/.exec(line) ?? [];
    return key === undefined ? [] : [[key, numberIn(value)] as const];
  });
  return Object.fromEntries(entries);
}
