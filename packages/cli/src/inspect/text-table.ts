/** Widest column, characters: longer texts are cut. */
const widthMax = 36;

/** Rows of cells as lines with aligned columns, two spaces apart. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const shown = rows.map((row) => row.map(cut));
  const widths = (shown[0] ?? []).map((_, column) =>
    Math.max(...shown.map((row) => (row[column] ?? '').length)),
  );
  return shown.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()); // prettier-ignore
}

function cut(text: string): string {
  return text.length <= widthMax ? text : `${text.slice(0, widthMax - 1)}…`;
}
