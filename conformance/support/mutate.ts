/** Mutations of JSON documents from a seed: the same seed gives the same documents everywhere. */
import type { Config } from "./bundle.ts";

/** mulberry32: small, and good enough to choose mutations. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Values that fit somewhere and nowhere: wrong types, edges of the integer ranges, near misses of names. */
const strange: readonly unknown[] = [
  true,
  false,
  0,
  1,
  -1,
  -2,
  255,
  256,
  65535,
  65536,
  4294967295,
  4294967296,
  2147483647,
  2147483648,
  -2147483649,
  1.5,
  "",
  "x",
  "0",
  "/absolute",
  "relative",
  "c",
  "LINUX32",
  "pid",
  "SCMP_ACT_LOG",
  "RLIMIT_CPU",
  [],
  {},
  ["x"],
  [1],
  { x: 1 },
  [{}],
  [[]],
];

interface Place {
  readonly parent: Config;
  readonly key: string | number;
}

/** Changes 1 to 3 places of a deep copy: replaces a value, removes it, repeats an item, or adds a member. */
export function mutate(document: Config, random: (below: number) => number): Config {
  const copy = structuredClone(document);
  const changes = 1 + random(3);
  for (let change = 0; change < changes; change++) {
    const places = placesOf(copy);
    const { parent, key } = places[random(places.length)]!;
    const kind = random(10);
    if (kind < 6) parent[key] = structuredClone(strange[random(strange.length)]);
    else if (kind < 8) remove(parent, key);
    else if (kind < 9 && Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
    else if (!Array.isArray(parent))
      parent[`unknown${random(3)}`] = structuredClone(strange[random(strange.length)]);
  }
  return copy;
}

function remove(parent: Config, key: string | number): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

function placesOf(value: Config, places: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return places;
  for (const key of Object.keys(value)) {
    places.push({ parent: value, key: Array.isArray(value) ? Number(key) : key });
    placesOf(value[key], places);
  }
  return places;
}
