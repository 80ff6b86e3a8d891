/**
 * The environment of a program: of several entries for one name the last holds, where the last stood.
 * Entries are NAME=VALUE; checks/process.ts has refused the others.
 */
export function uniqueEnvironment(env: readonly string[]): readonly string[] {
  const last = new Map<string, number>();
  for (const [index, entry] of env.entries()) last.set(entry.slice(0, entry.indexOf("=")), index);
  if (last.size === env.length) return env;
  return env.filter((entry, index) => last.get(entry.slice(0, entry.indexOf("="))) === index);
}

/** The value of one variable; undefined when it is not there. */
export function environmentValue(env: readonly string[], name: string): string | undefined {
  return env.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}
