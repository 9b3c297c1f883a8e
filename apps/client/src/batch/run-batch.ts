import type { Formula } from '@cateto/contracts';
import type { Command } from 'commander';
import { CsvError } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import { CommandFault } from '../command-fault.ts';
import type { Context, Io } from '../context.ts';
import { outputClosed } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { withClient } from '../with-client.ts';
import { columnsOf } from './columns.ts';
import type { BatchOptions } from './command.ts';
import { cannotUse } from '../file-fault.ts';
import { inOrder } from './in-order.ts';
import type { Input } from './input.ts';
import { openInput } from './input.ts';
import type { Sink } from './output.ts';
import { fileSink, streamSink } from './output.ts';
import type { Tally } from './progress.ts';
import { startProgress } from './progress.ts';
import type { Cells } from './records.ts';
import { records } from './records.ts';
import { skipDone } from './resume.ts';
import { hasFailed, rowComputer } from './row.ts';
import { rowReader } from './row-reader.ts';

export interface BatchJob extends Omit<BatchOptions, 'formula'> {
  readonly file: string;
  readonly formula: Formula;
  /** Has the settings. */
  readonly command: Command;
}

/**
 * Computes a formula for every row of a CSV file, as help tells.
 *
 * @throws CommandFault when some rows failed, when it was interrupted, or when it could not go on
 */
export async function runBatch(context: Context, job: BatchJob): Promise<void> {
  const { io } = context;
  const resume = job.resume === true;
  if (resume && job.out === undefined) throw usage('--resume goes on with a file: --out must name it');
  const input = await openInput(job.file, io);
  let sink: Sink | undefined;
  const tally: Tally = { rows: 0, failed: 0, fellBack: 0 };
  try {
    const rows = rowReader(records(input.pieces));
    const names = await rows.next();
    if (names === undefined) throw usage(`${job.file}: it is empty; the first row must name the columns`);
    const { indexes, by } = columnsOf(job.formula, names);
    if (by === 'position') io.stderr.write(`batch: ${positionNote(job.formula, names)}\n`);
    sink = job.out === undefined ? streamSink(io.stdout) : await fileSink(job.out, resume, input.identity);
    const header = [...names, 'value', 'error'];
    const before = await skipDone(sink.done, header, rows);
    await sink.begin();
    if (before === undefined) await sink.write(csv([header]));
    Object.assign(tally, before);
    await compute(context, job, { input, rows: rows.rest(), sink, width: names.length, indexes, tally });
    io.stderr.write(`batch: ${summary(tally, before?.rows ?? 0)}\n`);
  } catch (error) {
    throw (
      interruption(io, job, tally) ?? (error instanceof CsvError ? cannotUse(job.file, error, exitCodes.failed) : error)
    );
  } finally {
    input.close();
    await sink?.close();
  }
  if (tally.failed > 0) throw new CommandFault(exitCodes.failed, '');
}

interface Work {
  readonly input: Input;
  readonly rows: AsyncIterable<readonly Cells[]>;
  readonly sink: Sink;
  readonly width: number;
  readonly indexes: readonly number[];
  readonly tally: Tally;
}

/** How far the others run ahead of a slow row, in rows asked at once: at most they are all held in memory. */
const windowFactor = 16;

async function compute(
  context: Context,
  job: BatchJob,
  { input, rows, sink, width, indexes, tally }: Work,
): Promise<void> {
  const { io } = context;
  const { formula, concurrency } = job;
  let rowsRead = tally.rows;
  async function* counted(): AsyncGenerator<readonly Cells[]> {
    for await (const piece of rows) {
      rowsRead += piece.length;
      yield piece;
    }
  }
  // What is read ahead is not done: its bytes count by the part of its rows that is.
  const bytesDone = (): number => (input.bytesRead() * tally.rows) / rowsRead;
  const progress = await startProgress(io, job.out !== undefined, input.bytes, bytesDone);
  try {
    await withClient(context, job.command, async (client) => {
      const ask = async (operands: readonly unknown[]): Promise<unknown> => {
        const { value, fallbacks } = await client.call(formula.name, operands, { trace: true });
        if (fallbacks.length > 0) tally.fellBack += 1;
        return value;
      };
      const bounds = { concurrency, window: concurrency * windowFactor, signal: io.signal };
      for await (const run of inOrder(counted(), rowComputer({ formula, width, indexes, ask }), bounds)) {
        await sink.write(csv(run));
        tally.rows += run.length;
        tally.failed += run.filter(hasFailed).length;
        progress.show(tally);
      }
    });
  } finally {
    progress.stop();
  }
  // Closing the client gave up what was open; what is written is whole.
  io.signal.throwIfAborted();
}

function csv(rows: readonly Cells[]): string {
  return stringify(rows as string[][]);
}

function positionNote({ operands }: Formula, header: Cells): string {
  return operands.map(([name], index) => `${name} from column ${JSON.stringify(header[index])}`).join(', ');
}

function summary({ rows, failed, fellBack }: Tally, before: number): string {
  const parts = [`${rows} ${rows === 1 ? 'row' : 'rows'}`];
  if (before > 0) parts.push(`${before} of them done before`);
  parts.push(`${failed} failed`);
  if (fellBack > 0) parts.push(`${fellBack} with an operation computed by the calc-server`);
  return parts.join(', ');
}

function interruption({ signal }: Io, { out }: BatchJob, { rows }: Tally): CommandFault | undefined {
  if (!signal.aborted) return undefined;
  if (signal.reason === outputClosed) return new CommandFault(exitCodes.failed, 'nobody reads the output any more');
  const next = out === undefined ? '' : '; --resume goes on from there';
  return new CommandFault(exitCodes.interrupted, `interrupted after ${rows} rows${next}`);
}

function usage(message: string): CommandFault {
  return new CommandFault(exitCodes.usage, message);
}
