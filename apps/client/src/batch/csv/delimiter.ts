import { exitCodes } from '../../exit-codes.ts';
import { CsvReader } from './csv-reader.ts';
import type { Cells } from './cells.ts';
import { TextFault } from './text-fault.ts';

/** The characters that are recognised. Any other delimiter has to be given. */
const candidates = [',', ';', '\t', '|'] as const;

/**
 * Finds the delimiter from the header: the candidate that makes columns of all the names, or else the only candidate
 * there is. A header of one column counts as separated by commas.
 *
 * @throws TextFault when several candidates fit
 */
export function recogniseDelimiter(header: string, names: readonly string[]): string {
  const read = candidates.flatMap((delimiter) => {
    const cells = cellsOf(header, delimiter);
    return cells === undefined ? [] : [{ delimiter, cells }];
  });
  const naming = read.filter(({ cells }) => hasAll(cells, names));
  const found = (naming.length > 0 ? naming : read).filter(({ cells }) => cells.length > 1);
  if (found.length > 1) {
    const shown = found.map(({ delimiter }) => delimiterText(delimiter)).join(' and ');
    throw new TextFault(`the header has ${shown}; --delimiter says what separates columns`, exitCodes.usage);
  }
  return found[0]?.delimiter ?? ',';
}

export function delimiterText(delimiter: string): string {
  return delimiter === '\t' ? 'tab' : `"${delimiter}"`;
}

/** Undefined when the text is no CSV with that delimiter. */
function cellsOf(header: string, delimiter: string): Cells | undefined {
  const found: Cells[] = [];
  try {
    const reader = new CsvReader(delimiter);
    reader.push(header, found);
    reader.end(found);
  } catch (error) {
    if (!(error instanceof TextFault)) throw error;
    return undefined;
  }
  return found[0];
}

function hasAll(cells: Cells, names: readonly string[]): boolean {
  const known = new Set(cells.map((cell) => cell.trim().toLowerCase()));
  return names.every((name) => known.has(name.toLowerCase()));
}
