import { Readable } from 'node:stream';
import type { FailureCode } from '@cateto/contracts';
import { CommandFault } from '../../command-fault.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Cells } from '../csv/cells.ts';
import { refuseHeader } from './refuse-foreign.ts';
import { isRetryable } from './retry-failed-rows.ts';
import type { DoneRow } from './row.ts';
import { codeOf, hasFailed } from './row.ts';
import { rowReader } from '../csv/row-reader.ts';
import type { RowComputer } from './rows-in-order.ts';
import { computeInOrder } from './rows-in-order.ts';

/* When no mark says which formula made the existing rows, some of them are computed again. */

/** One row is not enough: `hypotenuse` of 0 and 5 is 5, and so is `leg` of 5 and 0. */
const rowsMax = 8;

/** Errors that a formula always gives for the same row. Other errors say nothing about the formula. */
const lastingCodes: ReadonlySet<string> = new Set<FailureCode>(['invalid-request', 'out-of-domain']);

/** Keeps the last rows that show which formula made them: rows with a value, or refused rows if no row has a value. */
export class TellingRows {
  readonly #valued: DoneRow[] = [];
  readonly #refused: DoneRow[] = [];

  add(row: DoneRow): void {
    if (hasFailed(row) && !lastingCodes.has(codeOf(row))) return;
    const rows = hasFailed(row) ? this.#refused : this.#valued;
    rows.push(row);
    if (rows.length > rowsMax) rows.shift();
  }

  get rows(): readonly DoneRow[] {
    return this.#valued.length > 0 ? this.#valued : this.#refused;
  }
}

/**
 * Finds these rows in a finished file.
 *
 * @throws CommandFault when its header is not the expected one
 */
export async function tellingRowsOf(
  records: AsyncIterable<readonly Cells[]>,
  header: Cells,
): Promise<readonly DoneRow[]> {
  const reader = rowReader(records);
  const first = await reader.next();
  if (first !== undefined) refuseHeader(first, header);
  const telling = new TellingRows();
  for (let record = await reader.next(); record !== undefined; record = await reader.next()) {
    if (record.length === header.length) telling.add(record);
  }
  return telling.rows;
}

/** @throws CommandFault when a row has another result now, or cannot be computed now */
export async function refuseOtherFormula(
  known: readonly DoneRow[],
  computer: RowComputer,
  width: number,
): Promise<void> {
  const computed: DoneRow[] = [];
  const items = known.map((row) => ({ cells: row.slice(0, width), kept: undefined }));
  await computeInOrder(Readable.from([items]), computer, async (rows) => void computed.push(...rows));
  const { name } = computer.formula;
  for (const [index, again] of computed.entries()) {
    const row = known[index] as DoneRow;
    if (isRetryable(again))
      throw new CommandFault(exitCodes.failed, `the rows in the file could not be checked: ${again.at(-1)}`);
    if (resultOf(again) === resultOf(row)) continue;
    const cells = JSON.stringify(row.slice(0, width).join(','));
    const [had, is] = [row, again].map((one) => (hasFailed(one) ? one.at(-1) : one.at(-2)));
    throw new CommandFault(
      exitCodes.usage,
      `--out: the rows in the file were not computed by ${name}: for ${cells} the file has ${had}, and ${name} gives ${is}`,
    );
  }
}

/** Another release may word an error differently. */
function resultOf(row: DoneRow): string {
  return hasFailed(row) ? `${codeOf(row)}:` : (row.at(-2) ?? '');
}
