/** The rows of a table, its head first. Every row has as many cells. */
export type Cells = readonly (readonly string[])[];

/** Aligned text: the first column to the left, the numbers after it to the right. */
export function textTable(cells: Cells): string {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row) => row.map((cell, column) => aligned(cell, column, widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The same as Markdown. */
export function markdownTable(cells: Cells, align: 'numbers' | 'text' = 'numbers'): string {
  const [head = [], ...body] = cells;
  const rule = head.map((_, column) => (column === 0 || align === 'text' ? '---' : '---:'));
  return [head, rule, ...body].map((row) => `| ${row.map(escaped).join(' | ')} |`).join('\n');
}

function aligned(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function escaped(cell: string): string {
  return cell.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\n', ' ');
}
