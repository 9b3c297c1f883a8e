import { CommandFault } from '../../command-fault.ts';
import { exitCodes } from '../../exit-codes.ts';
import { quoted } from '../../quoted.ts';
import type { Cells } from '../csv/cells.ts';
import type { DoneRow } from './row.ts';
import { fitted } from './row.ts';

/* Refuses a file of rows that does not belong to the input, before anything is written to it. */

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
    throw refusal(`its row ${number} is ${shown(record)}, and that of the input is ${shown(row)}`);
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
