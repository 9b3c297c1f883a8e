import type { DoneRow } from '../rows/row.ts';
import { codeOf, hasFailed } from '../rows/row.ts';

/** The progress of a batch so far. */
export class Tally {
  rows = 0;
  failed = 0;
  /** Rows that an earlier run did. */
  before = 0;
  /** Rows of this run with an operation that the calc-server computed itself. */
  fellBack = 0;
  /** The number of failed rows by the code of their failure. */
  readonly failures: Map<string, number> = new Map();
  readonly #startMs = performance.now();

  add(rows: readonly DoneRow[]): void {
    this.rows += rows.length;
    for (const row of rows) if (hasFailed(row)) this.#addFailures(codeOf(row), 1);
  }

  /** Adds the rows that an earlier run did. */
  addBefore({ rows, failures }: Tally): void {
    this.rows += rows;
    this.before += rows;
    for (const [code, count] of failures) this.#addFailures(code, count);
  }

  elapsedMs(): number {
    return performance.now() - this.#startMs;
  }

  #addFailures(code: string, count: number): void {
    this.failed += count;
    this.failures.set(code, (this.failures.get(code) ?? 0) + count);
  }
}
