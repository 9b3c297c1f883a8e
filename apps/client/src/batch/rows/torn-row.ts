import { stringify } from 'csv-stringify/sync';
import { CommandFault } from '../../command-fault.ts';
import { exitCodes } from '../../exit-codes.ts';
import { quoted } from '../../quoted.ts';
import type { Sink } from '../files/sink.ts';
import type { Cells } from '../csv/cells.ts';
import { fitted } from './row.ts';

/** The number of characters of an unexpected last line that are shown. */
const shownBytes = 60;

/**
 * Refuses a file whose last line has no end and is not a torn row. Such a line was added by hand or by another program,
 * and a resumed run would cut it off.
 *
 * @param row the input's next row
 * @throws CommandFault
 */
export async function refuseOtherEnd(
  sink: Sink,
  row: Cells | undefined,
  width: number,
  delimiter: string,
): Promise<void> {
  const start = row === undefined ? Buffer.alloc(0) : Buffer.from(startOf(row, width, delimiter));
  const end = Buffer.from(await sink.torn(Math.max(start.length, shownBytes)));
  const length = Math.min(start.length, end.length);
  if (length > 0 && end.subarray(0, length).equals(start.subarray(0, length))) return;
  const text = end.toString();
  if (text.trim() === '') return;
  const what = `${quoted(text)} follows the last complete row and is not the start of the next one`;
  throw new CommandFault(exitCodes.usage, `--out: the file does not belong to this input: ${what}; move the file away`);
}

/** The start of a row, whatever its value is. */
function startOf(row: Cells, width: number, delimiter: string): string {
  return stringify([[...fitted(row, width), '']], { delimiter }).slice(0, -1);
}
