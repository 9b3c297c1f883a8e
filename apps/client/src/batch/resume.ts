import { CommandFault } from '../command-fault.ts';
import { exitCodes } from '../exit-codes.ts';
import { quoted } from '../one-line.ts';
import type { Cells } from './records.ts';
import { fitted, hasFailed } from './row.ts';
import type { RowReader } from './row-reader.ts';
import { rowReader } from './row-reader.ts';

export interface DoneBefore {
  readonly rows: number;
  readonly failed: number;
}

/**
 * Skips the input's rows that the output already has, comparing them as it goes.
 *
 * @param done the output's complete records
 * @param header what the first of them must be
 * @param rows the input's rows, without its header; afterwards it stands at the first that is not done
 * @returns undefined when the output has not even a header
 * @throws CommandFault when the output is not this input's
 */
export async function skipDone(
  done: AsyncIterable<readonly Cells[]>,
  header: Cells,
  rows: RowReader,
): Promise<DoneBefore | undefined> {
  const width = header.length - 2;
  const doneRows = rowReader(done);
  const first = await doneRows.next();
  if (first === undefined) return undefined;
  if (!equal(first, header)) throw refusal(`its header is ${shown(first)}, and it should be ${shown(header)}`);
  let count = 0;
  let failed = 0;
  for (let record = await doneRows.next(); record !== undefined; record = await doneRows.next()) {
    count += 1;
    const row = await rows.next();
    if (row === undefined) throw refusal('it has more rows than the input');
    if (record.length !== header.length || !equal(record.slice(0, width), fitted(row, width))) {
      throw refusal(`its row ${count} is ${shown(record)}, the input's ${shown(row)}`);
    }
    if (hasFailed(record)) failed += 1;
  }
  return { rows: count, failed };
}

function equal(one: Cells, other: Cells): boolean {
  return one.length === other.length && one.every((cell, index) => cell === other[index]);
}

function shown(record: Cells): string {
  return quoted(record.join(','));
}

function refusal(message: string): CommandFault {
  return new CommandFault(exitCodes.usage, `--resume: the file is not this input's: ${message}`);
}
