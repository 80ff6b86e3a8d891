/** One run of indexes, both ends included. */
export interface IndexRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a list of CPUs or memory nodes, such as "0-3,7"; spaces around numbers do no harm. Undefined when the
 * text is anything else. The empty text is the empty list.
 */
export function parseIndexList(text: string): readonly IndexRange[] | undefined {
  if (text.trim() === "") return [];
  const ranges: IndexRange[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?$/.exec(part);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? first);
    if (last < first) return undefined;
    ranges.push({ first, last });
  }
  return ranges;
}
