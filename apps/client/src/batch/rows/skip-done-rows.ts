import type { Cells } from '../csv/cells.ts';
import { refuseHeader, refuseRow } from './refuse-foreign.ts';
import type { DoneRow } from './row.ts';
import type { RowReader } from '../csv/row-reader.ts';
import { rowReader } from '../csv/row-reader.ts';
import { Tally } from '../progress/tally.ts';
import { TellingRows } from './recompute-rows.ts';

export interface DoneBefore {
  readonly tally: Tally;
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
  const tally = new Tally();
  const telling = new TellingRows();
  for (let record = await doneRows.next(); record !== undefined; record = await doneRows.next()) {
    refuseRow(record, await rows.next(), header.length, tally.rows + 1);
    tally.add([record]);
    telling.add(record);
  }
  return { tally, telling: telling.rows };
}
