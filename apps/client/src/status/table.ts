export interface Column<T> {
  readonly heading: string;
  readonly cell: (row: T) => string;
  readonly align?: 'right';
  /** Colours a padded cell. The added characters do not count as width. */
  readonly paint?: (text: string, row: T) => string;
}

/** Rows under headings. A column is as wide as its widest cell. */
export function table<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const widths = columns.map(({ heading, cell }) => Math.max(heading.length, ...rows.map((row) => cell(row).length)));
  const line = (cellOf: (column: Column<T>, width: number) => string): string => {
    return columns
      .map((column, index) => cellOf(column, widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  };
  const pad = (text: string, width: number, { align }: Column<T>): string => {
    return align === 'right' ? text.padStart(width) : text.padEnd(width);
  };
  return [
    line((column, width) => pad(column.heading, width, column)),
    ...rows.map((row) =>
      line((column, width) => {
        const text = pad(column.cell(row), width, column);
        return column.paint?.(text, row) ?? text;
      }),
    ),
  ]
    .map((text) => `${text}\n`)
    .join('');
}
