import { stringify } from 'csv-stringify/sync';
import type { CommandClient, Context } from '../context.ts';
import type { Input } from './files/open-input.ts';
import type { Sink } from './files/sink.ts';
import { startProgress } from './progress/progress.ts';
import type { Cells } from './csv/cells.ts';
import { refuseHeader } from './rows/refuse-foreign.ts';
import { skipDone } from './rows/skip-done-rows.ts';
import type { Item } from './rows/retry-failed-rows.ts';
import { fresh, withKept } from './rows/retry-failed-rows.ts';
import { rowOperands } from './rows/row.ts';
import { rowReader } from './csv/row-reader.ts';
import type { RowComputer } from './rows/rows-in-order.ts';
import { computeInOrder } from './rows/rows-in-order.ts';
import type { Tally } from './progress/tally.ts';
import type { BatchJob, InputTable } from './batch-job.ts';
import { refuseOtherFormula, tellingRowsOf } from './rows/recompute-rows.ts';
import { refuseOtherEnd } from './rows/torn-row.ts';

export interface Work {
  readonly client: CommandClient;
  readonly input: Input;
  readonly table: InputTable;
  readonly sink: Sink;
  readonly tally: Tally;
}

/**
 * Computes and writes all missing rows.
 *
 * @throws CommandFault when the existing rows belong to another input or formula, before anything is changed
 */
export async function computeRows(context: Context, job: BatchJob, work: Work): Promise<void> {
  const { client, table, sink, tally } = work;
  const { formula, concurrency } = job;
  const { names, columns, delimiter, rows } = table;
  const { signal } = context.io;
  const header = [...names, 'value', 'error'];
  const read = rowOperands({ formula, width: names.length, indexes: columns.indexes, delimiter });
  const computer = { client, formula, read, concurrency, signal, fellBack: () => undefined };
  const before = await skipDone(sink.done, header, rows);
  if (sink.isUnmarked) {
    const known = sink.prior === undefined ? before?.telling : await tellingRowsOf(sink.prior(), header);
    if (before !== undefined) await refuseOtherEnd(sink, await rows.peek(), names.length, delimiter);
    await refuseOtherFormula(known ?? [], computer, names.length);
  }
  if (before !== undefined) tally.addBefore(before.tally);
  await sink.begin();
  if (before === undefined) await sink.write(csv([header], delimiter));
  const items = await itemsOf(sink, rows.rest(), header, tally.rows);
  await stream(context, job, work, items, { ...computer, fellBack: () => (tally.fellBack += 1) });
  await sink.finish();
}

async function itemsOf(
  sink: Sink,
  rows: AsyncIterable<readonly Cells[]>,
  header: Cells,
  rowsDone: number,
): Promise<AsyncIterable<readonly Item[]>> {
  if (sink.prior === undefined) return fresh(rows);
  const prior = rowReader(sink.prior());
  const first = await prior.next();
  if (first !== undefined) refuseHeader(first, header);
  for (let row = 0; row < rowsDone; row += 1) await prior.next();
  return withKept(rows, prior, header.length, rowsDone + 1);
}

async function stream(
  { io }: Context,
  { out }: BatchJob,
  { input, table, sink, tally }: Work,
  items: AsyncIterable<readonly Item[]>,
  computer: RowComputer,
): Promise<void> {
  let rowsRead = tally.rows;
  async function* counted(): AsyncGenerator<readonly Item[]> {
    for await (const piece of items) {
      rowsRead += piece.length;
      tally.before += piece.filter(({ kept }) => kept !== undefined).length;
      yield piece;
    }
  }
  // Rows that were read ahead are not done. The bytes count in proportion to the rows that are.
  const bytesDone = (): number => (rowsRead === 0 ? 0 : (input.bytesRead() * tally.rows) / rowsRead);
  const progress = await startProgress(io, out !== undefined && out !== '-', tally, input.bytes, bytesDone);
  try {
    await computeInOrder(counted(), computer, async (run) => {
      await sink.write(csv(run, table.delimiter));
      tally.add(run);
      progress.show(tally);
    });
  } finally {
    progress.stop();
  }
}

function csv(rows: readonly Cells[], delimiter: string): string {
  return stringify(rows as string[][], { delimiter });
}
