import { oneLine } from '@cateto/app-kit';
import type { Formula } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import { failureCodeIn } from '../exit-codes.ts';
import { operandsReader } from '../formula/operand-text.ts';
import { valueText } from '../formula/value-text.ts';
import type { Cells } from './cells.ts';

export interface RowParts {
  readonly formula: Formula;
  /** The number of columns of the input. */
  readonly width: number;
  /** For each operand, the index of its column. */
  readonly indexes: readonly number[];
  readonly delimiter: string;
  ask(operands: readonly unknown[]): Promise<unknown>;
}

/** A row in its written form: the input's cells, the value, the error. Either the value or the error is empty. */
export type DoneRow = Cells;

/** Where the comma is the decimal point, spreadsheets use another delimiter. */
const decimalComma = /^\s*[+-]?[0-9.]*,[0-9]+(?:[eE][+-]?[0-9]+)?\s*$/;
const pointHint = '; decimals are written with a point';

/** Computes rows. A row that cannot be computed becomes a row with an error. */
export function rowComputer({ formula, width, indexes, delimiter, ask }: RowParts): (cells: Cells) => Promise<DoneRow> {
  const read = operandsReader(formula);
  return async (cells) => {
    const row = fitted(cells, width);
    if (cells.length !== width) {
      return [...row, '', `invalid-request: ${oneLine(columnsText(cells, width))}`];
    }
    const texts = indexes.map((index) => row[index] ?? '');
    const operands = read(texts);
    if (isFailure(operands)) {
      const hint = delimiter !== ',' && texts.some((text) => decimalComma.test(text)) ? pointHint : '';
      return [...row, '', `${operands.code}: ${operands.message}${hint}`];
    }
    try {
      return [...row, valueText(await ask(operands)), ''];
    } catch (error) {
      const code = failureCodeIn(error);
      if (code === undefined || !(error instanceof Error)) throw error;
      return [...row, '', oneLine(`${code}: ${error.message}`)];
    }
  };
}

/** Shows cells beyond the last column, so that no part of the row is lost. */
function columnsText(cells: Cells, width: number): string {
  const columns = cells.length === 1 ? '1 column' : `${cells.length} columns`;
  const beyond = cells.length > width ? `, and none for ${cells.slice(width).join(', ')}` : '';
  return `${columns}; the header has ${width}${beyond}`;
}

/** Makes every row as wide as the header, so that the output is a table. */
export function fitted(cells: Cells, width: number): Cells {
  return Array.from({ length: width }, (_, index) => cells[index] ?? '');
}

export function hasFailed(row: DoneRow): boolean {
  return row.at(-1) !== '';
}
