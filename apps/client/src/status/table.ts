export interface Column<T> {
  readonly heading: string;
  readonly cell: (row: T) => string;
  readonly align?: 'right';
  /** Colours a padded cell. The added characters do not count as width. */
  readonly paint?: (text: string, row: T) => string;
}

/** A long cell widens every row. Servers write their own rows, and thousands may answer. */
const cellCharactersMax = 1_000;

/** Rows under headings. A column is as wide as its widest cell; a cell beyond the bound is cut. */
export function table<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const shown = rows.map((row) => ({ row, cells: columns.map(({ cell }) => cut(cell(row))) }));
  const widths = columns.map(({ heading }, index) => {
    return shown.reduce((width, { cells }) => Math.max(width, cells[index]?.length ?? 0), heading.length);
  });
  const padded = (cells: readonly string[]): string[] => {
    return columns.map(({ align }, index) => {
      const [text = '', width = 0] = [cells[index], widths[index]];
      return align === 'right' ? text.padStart(width) : text.padEnd(width);
    });
  };
  const lines = [
    padded(columns.map(({ heading }) => heading)),
    ...shown.map(({ row, cells }) => padded(cells).map((text, index) => columns[index]?.paint?.(text, row) ?? text)),
  ];
  return lines.map((cells) => `${cells.join('  ').trimEnd()}\n`).join('');
}

function cut(text: string): string {
  return text.length > cellCharactersMax ? `${text.slice(0, cellCharactersMax)}…` : text;
}
