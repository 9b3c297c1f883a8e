import type { Cells } from './cells.ts';

/** Reads the first rows one by one, and then the rest in pieces. */
export interface RowReader {
  /** Undefined after the last row. */
  next(): Promise<Cells | undefined>;
  /** The next row, without moving on. */
  peek(): Promise<Cells | undefined>;
  /** The rows that were not read one by one. Afterwards, read no more rows one by one. */
  rest(): AsyncIterable<readonly Cells[]>;
}

export function rowReader(pieces: AsyncIterable<readonly Cells[]>): RowReader {
  const iterator = pieces[Symbol.asyncIterator]();
  let piece: readonly Cells[] = [];
  let at = 0;
  async function peek(): Promise<Cells | undefined> {
    while (at >= piece.length) {
      const read = await iterator.next();
      if (read.done === true) return undefined;
      piece = read.value;
      at = 0;
    }
    return piece[at];
  }
  return {
    peek,
    async next() {
      const row = await peek();
      if (row !== undefined) at += 1;
      return row;
    },
    async *rest() {
      yield piece.slice(at);
      yield* { [Symbol.asyncIterator]: () => iterator };
    },
  };
}
