import type { Cells } from './cells.ts';
import { refuseHeader, refuseRow } from './refuse-foreign.ts';
import type { DoneRow } from './row.ts';
import { hasFailed } from './row.ts';
import type { RowReader } from './row-reader.ts';
import { rowReader } from './row-reader.ts';
import { TellingRows } from './telling-rows.ts';

export interface DoneBefore {
  readonly rows: number;
  readonly failed: number;
  /** Some of the records, which show what formula made them. */
  readonly telling: readonly DoneRow[];
}

/**
 * Skips the input's rows that the output already contains, and compares them.
 *
 * @param done the output's complete records
 * @param header the expected first record
 * @param rows the input's rows, without its header; afterwards it stands at the first row that is not done
 * @returns undefined when the output has no header yet
 * @throws CommandFault when the output does not belong to this input
 */
export async function skipDone(
  done: AsyncIterable<readonly Cells[]>,
  header: Cells,
  rows: RowReader,
): Promise<DoneBefore | undefined> {
  const doneRows = rowReader(done);
  const first = await doneRows.next();
  if (first === undefined) return undefined;
  refuseHeader(first, header);
  let count = 0;
  let failed = 0;
  const telling = new TellingRows();
  for (let record = await doneRows.next(); record !== undefined; record = await doneRows.next()) {
    count += 1;
    refuseRow(record, await rows.next(), header.length, count);
    if (hasFailed(record)) failed += 1;
    telling.add(record);
  }
  return { rows: count, failed, telling: telling.rows };
}
