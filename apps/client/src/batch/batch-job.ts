import type { Formula } from '@cateto/contracts';
import type { Command } from 'commander';
import type { Columns } from './rows/columns.ts';
import type { RowReader } from './csv/row-reader.ts';
import type { Cells } from './csv/cells.ts';

/** As the command line gives them. */
export interface BatchOptions {
  readonly formula: string;
  readonly out?: string;
  readonly concurrency: number;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly resume?: true;
  readonly retryFailed?: true;
  readonly json?: true;
}

/** The work of a batch. */
export interface BatchJob extends Omit<BatchOptions, 'formula'> {
  readonly file: string;
  readonly formula: Formula;
  /** Has the settings. */
  readonly command: Command;
}

/** The input behind its header. */
export interface InputTable {
  readonly delimiter: string;
  readonly names: Cells;
  readonly columns: Columns;
  readonly rows: RowReader;
}
