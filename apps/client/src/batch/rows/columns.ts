import type { Formula } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import { CommandFault } from '../../command-fault.ts';
import { exitCodes } from '../../exit-codes.ts';
import { operandsReader } from '../../formula/operand-text.ts';
import { quoted } from '../../quoted.ts';
import type { Cells } from '../csv/cells.ts';

export interface Columns {
  /** For each operand, the index of its column. */
  readonly indexes: readonly number[];
  /** By name, or the first columns if the header has no operand's name. */
  readonly by: 'name' | 'position';
}

/**
 * Finds a formula's operands in a header.
 *
 * @throws CommandFault when the columns are ambiguous: some names in the header and some missing, a name twice, too few
 *   columns, or no header at all
 */
export function columnsOf(formula: Formula, header: Cells): Columns {
  const names = formula.operands.map(([name]) => name);
  const indexes = names.map((name) => columnOf(name, header));
  const missing = names.filter((_name, index) => indexes[index] === undefined);
  if (missing.length === 0) return { indexes: indexes.filter((index) => index !== undefined), by: 'name' };
  if (missing.length < names.length) {
    throw usage(
      `the header (${header.join(', ')}) has no column ${missing.join(', ')}; ${formula.name} takes ${names.join(', ')}`,
    );
  }
  if (header.length < names.length) {
    const hint =
      header.length === 1 ? `; it is ${quoted(header[0] ?? '')}, and --delimiter says what separates columns` : '';
    throw usage(
      `the header has ${header.length} of the ${names.length} columns that ${formula.name} takes: ${names.join(', ')}${hint}`,
    );
  }
  const indexesByPosition = names.map((_name, index) => index);
  if (!isFailure(operandsReader(formula)(header))) {
    throw usage(`the first row must name the columns, and it looks like values: ${header.join(', ')}`);
  }
  return { indexes: indexesByPosition, by: 'position' };
}

/** The column with exactly that name, or else the only one that differs in capitals. */
function columnOf(name: string, header: Cells): number | undefined {
  const cells = header.map((cell) => cell.trim());
  for (const same of [(cell: string) => cell === name, (cell: string) => cell.toLowerCase() === name.toLowerCase()]) {
    const found = cells.flatMap((cell, index) => (same(cell) ? [index] : []));
    if (found.length > 1) throw usage(`the header has ${found.length} columns ${quoted(name)}`);
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
}

function usage(message: string): CommandFault {
  return new CommandFault(exitCodes.usage, message);
}
