import { CommandFault } from '../command-fault.ts';
import { exitCodes } from '../exit-codes.ts';
import { quoted } from '../one-line.ts';
import type { Cells } from './records.ts';
import type { DoneRow } from './row.ts';
import { fitted, hasFailed } from './row.ts';
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

/** @throws CommandFault when a file's header is not the expected one */
export function refuseHeader(found: Cells, header: Cells): void {
  if (equal(found, header)) return;
  if (shown(found) !== shown(header)) {
    throw refusal(`its header is ${shown(found)}, and it should be ${shown(header)}`);
  }
  throw refusal(
    `its header ${shown(found)} has ${found.length} columns, not ${header.length}: it has another delimiter`,
  );
}

/** @throws CommandFault when a done record does not belong to the input's row */
export function refuseRow(record: DoneRow, row: Cells | undefined, columns: number, number: number): void {
  if (row === undefined) throw refusal('it has more rows than the input');
  const width = columns - 2;
  if (record.length !== columns || !equal(record.slice(0, width), fitted(row, width))) {
    throw refusal(`its row ${number} is ${shown(record)}, the input's ${shown(row)}`);
  }
}

function equal(one: Cells, other: Cells): boolean {
  return one.length === other.length && one.every((cell, index) => cell === other[index]);
}

function shown(record: Cells): string {
  return quoted(record.join(','));
}

function refusal(message: string): CommandFault {
  return new CommandFault(exitCodes.usage, `--out: the file does not belong to this input: ${message}`);
}
