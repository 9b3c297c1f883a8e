import { traitOf } from '@cateto/contracts';
import type { Cells } from '../csv/cells.ts';
import { refuseRow } from './refuse-foreign.ts';
import type { DoneRow } from './row.ts';
import { codeOf } from './row.ts';
import type { RowReader } from '../csv/row-reader.ts';

/** A row of the input, with its outcome if that is already known. */
export interface Item {
  readonly cells: Cells;
  readonly kept: DoneRow | undefined;
}

/** Rows without a known outcome. */
export async function* fresh(rows: AsyncIterable<readonly Cells[]>): AsyncGenerator<readonly Item[]> {
  for await (const piece of rows) yield piece.map((cells) => ({ cells, kept: undefined }));
}

/**
 * Adds to each row the outcome that a finished file has for it, unless a retry may help.
 *
 * @param prior the finished file's records behind its header
 * @param first the number of the first row
 * @throws CommandFault when the file does not belong to this input
 */
export async function* withKept(
  rows: AsyncIterable<readonly Cells[]>,
  prior: RowReader,
  columns: number,
  first: number,
): AsyncGenerator<readonly Item[]> {
  let number = first;
  for await (const piece of rows) {
    const items: Item[] = [];
    for (const cells of piece) {
      const record = await prior.next();
      if (record !== undefined) refuseRow(record, cells, columns, number);
      items.push({ cells, kept: record === undefined || isRetryable(record) ? undefined : record });
      number += 1;
    }
    yield items;
  }
  const more = await prior.next();
  if (more !== undefined) refuseRow(more, undefined, columns, number);
}

/** Whether a row has an error that a retry may remove. */
export function isRetryable(row: DoneRow): boolean {
  const code = codeOf(row);
  return traitOf(code).retryable;
}
