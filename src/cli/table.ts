/**
 * Rows → columns, as Go's tabwriter lays them out for runc: a column is as wide as its longest cell plus a
 * gap of 3, at least 12 in all; the last cell of a row is not padded.
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? minimumWidth, length(cell) + gap);
    });
  }
  return rows
    .map((row) => `${row.map((cell, column) => pad(cell, widths, column, row)).join("")}\n`)
    .join("");
}

const minimumWidth = 12;
const gap = 3;

function pad(cell: string, widths: readonly number[], column: number, row: readonly string[]): string {
  return column === row.length - 1 ? cell : cell + " ".repeat(widths[column]! - length(cell));
}

/** Characters, not UTF-16 units. */
function length(text: string): number {
  return [...text].length;
}
