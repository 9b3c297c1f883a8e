import { stringify } from 'csv-stringify/sync';
import type { CommandClient, Context } from '../context.ts';
import { interruptible } from '../interruptible.ts';
import { asker } from './asking.ts';
import { inOrder } from './in-order.ts';
import type { Input } from './input.ts';
import type { Sink } from './output.ts';
import type { Tally } from './progress.ts';
import { startProgress } from './progress.ts';
import type { Cells } from './cells.ts';
import { refuseHeader } from './refuse-foreign.ts';
import { skipDone } from './resume.ts';
import type { Item } from './retry.ts';
import { fresh, withKept } from './retry.ts';
import type { DoneRow } from './row.ts';
import { hasFailed, rowComputer } from './row.ts';
import { rowReader } from './row-reader.ts';
import type { BatchJob, InputTable } from './batch-job.ts';
import { refuseOtherFormula, tellingRowsOf } from './telling-rows.ts';
import { refuseOtherEnd } from './torn-row.ts';

export interface Work {
  readonly client: CommandClient;
  readonly input: Input;
  readonly table: InputTable;
  readonly sink: Sink;
  readonly tally: Tally;
}

type ComputeRow = (cells: Cells) => Promise<DoneRow>;

/**
 * How far other rows run ahead of a slow row, in multiples of the rows in flight. At most so many rows are held in
 * memory.
 */
const windowFactor = 16;

/**
 * Computes and writes all missing rows.
 *
 * @throws CommandFault when the existing rows belong to another input or formula, before anything is changed
 */
export async function computeRows(context: Context, job: BatchJob, work: Work): Promise<void> {
  const { client, table, sink, tally } = work;
  const { names, columns, delimiter, rows } = table;
  const header = [...names, 'value', 'error'];
  const ask = asker(client, job.formula, tally);
  const { indexes } = columns;
  const compute = rowComputer({ formula: job.formula, width: names.length, indexes, delimiter, ask });
  const before = await skipDone(sink.done, header, rows);
  if (sink.isUnmarked) {
    const known = sink.prior === undefined ? before?.telling : await tellingRowsOf(sink.prior(), header);
    if (before !== undefined) await refuseOtherEnd(sink, await rows.peek(), names.length, delimiter);
    const checking = refuseOtherFormula(known ?? [], compute, names.length, job.formula.name);
    await interruptible(checking, context.io.signal);
  }
  Object.assign(tally, {
    rows: before?.rows ?? 0,
    failed: before?.failed ?? 0,
    before: before?.rows ?? 0,
    fellBack: 0,
  });
  await sink.begin();
  if (before === undefined) await sink.write(csv([header], delimiter));
  await stream(context, job, work, await itemsOf(sink, rows.rest(), header, tally.rows), compute);
  // Closing the client cancels the open requests. The rows that were written are whole.
  context.io.signal.throwIfAborted();
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
  { concurrency, out }: BatchJob,
  { input, table, sink, tally }: Work,
  items: AsyncIterable<readonly Item[]>,
  compute: ComputeRow,
): Promise<void> {
  let rowsRead = tally.rows;
  async function* counted(): AsyncGenerator<readonly Item[]> {
    for await (const piece of items) {
      rowsRead += piece.length;
      yield piece;
    }
  }
  function done({ cells, kept }: Item): Promise<DoneRow> {
    if (kept === undefined) return compute(cells);
    tally.before += 1;
    return Promise.resolve(kept);
  }
  // Rows that were read ahead are not done. The bytes count in proportion to the rows that are.
  const bytesDone = (): number => (input.bytesRead() * tally.rows) / rowsRead;
  const progress = await startProgress(io, out !== undefined && out !== '-', input.bytes, bytesDone);
  try {
    const bounds = { concurrency, window: concurrency * windowFactor, signal: io.signal };
    for await (const run of inOrder(counted(), done, bounds)) {
      await sink.write(csv(run, table.delimiter));
      tally.rows += run.length;
      tally.failed += run.filter(hasFailed).length;
      progress.show(tally);
    }
  } finally {
    progress.stop();
  }
}

function csv(rows: readonly Cells[], delimiter: string): string {
  return stringify(rows as string[][], { delimiter });
}
