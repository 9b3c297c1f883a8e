import { oneLine } from '@cateto/app-kit';
import type { Formula } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import { operandsReader } from '../../formula/operand-text.ts';
import { valueText } from '../../formula/value-text.ts';
import type { Cells } from '../csv/cells.ts';

export interface RowParts {
  readonly formula: Formula;
  /** The number of columns of the input. */
  readonly width: number;
  /** For each operand, the index of its column. */
  readonly indexes: readonly number[];
  readonly delimiter: string;
}

/** A row in its written form: the input's cells, the value, the error. Either the value or the error is empty. */
export type DoneRow = Cells;

/** A row of the input that was read: the operands of its call, or the row with an error. */
export type ReadRow =
  | { readonly operands: readonly unknown[]; readonly done: undefined }
  | { readonly operands: undefined; readonly done: DoneRow };

/** Where the comma is the decimal point, spreadsheets use another delimiter. */
const decimalComma = /^\s*[+-]?[0-9.]*,[0-9]+(?:[eE][+-]?[0-9]+)?\s*$/;
/**
 * A spreadsheet takes such a text for a formula of its own, which can read other cells and send them away. An apostrophe
 * makes it a text again. csv-stringify has this as `escape_formulas`, but for numbers below zero too.
 */
const begunLikeFormula = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const pointHint = '; decimals are written with a point';

/** Reads the operands of rows. */
export function rowOperands({ formula, width, indexes, delimiter }: RowParts): (cells: Cells) => ReadRow {
  const read = operandsReader(formula);
  return (cells) => {
    if (cells.length !== width) return refused(fitted(cells, width), 'invalid-request', columnsText(cells, width));
    const texts = indexes.map((index) => cells[index] ?? '');
    const operands = read(texts);
    if (!isFailure(operands)) return { operands, done: undefined };
    const hint = delimiter !== ',' && texts.some((text) => decimalComma.test(text)) ? pointHint : '';
    return refused(cells, operands.code, `${operands.message}${hint}`);
  };
}

function refused(cells: Cells, code: string, message: string): ReadRow {
  return { operands: undefined, done: failedRow(cells, code, message) };
}

export function valueRow(cells: Cells, value: unknown): DoneRow {
  const text = valueText(value);
  return [...cells, typeof value === 'string' && begunLikeFormula.test(text) ? `'${text}` : text, ''];
}

export function failedRow(cells: Cells, code: string, message: string): DoneRow {
  return [...cells, '', oneLine(`${code}: ${message}`)];
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

/** The code of a row's failure; empty if it has none. */
export function codeOf(row: DoneRow): string {
  return (row.at(-1) ?? '').split(':', 1)[0] ?? '';
}
