import type { DoneRow } from './row.ts';

/** A row that has begun. */
export interface BegunRow {
  /** Its written form, once it is known. */
  done: DoneRow | undefined;
}

/** Rows that have begun and are not written, in the order in which they are to be written. */
export class RowQueue<R extends BegunRow> {
  readonly #rowsMax: number;
  readonly #write: (rows: readonly DoneRow[]) => Promise<void>;
  readonly #onFault: () => void;
  readonly #rows: R[] = [];
  #writing: Promise<void> | undefined;
  #fault: { readonly error: unknown } | undefined;
  #tellRoom: () => void = () => undefined;

  /** @param onFault called when a write has failed; nothing is written any more */
  constructor(rowsMax: number, write: (rows: readonly DoneRow[]) => Promise<void>, onFault: () => void) {
    this.#rowsMax = rowsMax;
    this.#write = write;
    this.#onFault = onFault;
  }

  isFull(): boolean {
    return this.#rows.length >= this.#rowsMax;
  }

  /** Waits until one more row may begin. Waits for ever when a write has failed. */
  async room(): Promise<void> {
    while (this.isFull()) await new Promise<void>((resolve) => (this.#tellRoom = resolve));
  }

  add(row: R): void {
    this.#rows.push(row);
    this.advance();
  }

  /** Writes the rows that are done after this turn. Those that are done while it writes are written together. */
  advance(): void {
    if (this.#writing === undefined && this.#rows[0]?.done !== undefined) this.#writing = this.#writeAll();
  }

  /** Waits until the rows before the first unfinished one are written. @throws what a write has thrown */
  async flush(): Promise<void> {
    await this.#writing;
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#rows[0]?.done !== undefined) {
        // The answers of one message settle one after the other in this turn. One write for all of them is cheaper.
        await new Promise((resolve) => setImmediate(resolve));
        const run = this.#done();
        await this.#write(run);
        this.#rows.splice(0, run.length);
        this.#tellRoom();
      }
      this.#writing = undefined;
    } catch (error) {
      this.#fault = { error };
      this.#onFault();
    }
  }

  #done(): readonly DoneRow[] {
    const run: DoneRow[] = [];
    for (const { done } of this.#rows) {
      if (done === undefined) break;
      run.push(done);
    }
    return run;
  }
}
