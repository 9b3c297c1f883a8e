import type { ComponentChildren, JSX } from 'preact';

export interface Column<T> {
  readonly name: string;
  /** Numbers are aligned to the right. */
  readonly numeric?: boolean;
  /** Long texts take the whole width of a card. */
  readonly wide?: boolean;
  readonly cell: (row: T) => ComponentChildren;
}

export interface TableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  readonly empty: string;
}

/** A table; on a narrow screen each row is a card. The roles stay, because CSS would take them away. */
export function Table<T>({ label, columns, rows, keyOf, empty }: TableProps<T>): JSX.Element {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    <table role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ name, numeric }) => (
            <th key={name} role="columnheader" scope="col" class={numeric ? 'numeric' : undefined}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr role="row" key={keyOf(row)}>
            {columns.map(({ name, numeric, wide, cell }) => (
              <td key={name} role="cell" data-label={name} class={numeric ? 'numeric' : wide ? 'wide' : undefined}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
