import type { Formula } from '@cateto/contracts';
import type { MapOutcome, RequestError } from '@cateto/sdk';
import { CommandFault } from '../../command-fault.ts';
import type { CommandClient } from '../../context.ts';
import { exitCodes } from '../../exit-codes.ts';
import { failureText } from '../../failure-text.ts';
import type { Cells } from '../csv/cells.ts';
import { LastAnswer } from '../last-answer.ts';
import type { Item } from './retry-failed-rows.ts';
import type { BegunRow } from './row-queue.ts';
import { RowQueue } from './row-queue.ts';
import type { DoneRow, ReadRow } from './row.ts';
import { failedRow, valueRow } from './row.ts';

/** The client, the formula and the limits with which rows are computed. */
export interface RowComputer {
  readonly client: Pick<CommandClient, 'map'>;
  readonly formula: Formula;
  readonly read: (cells: Cells) => ReadRow;
  /** Rows in flight at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Called for a row with an operation that the calc-server computed itself. */
  fellBack(): void;
}

interface CalledRow extends BegunRow {
  readonly cells: Cells;
  /** The turn in which it began. */
  readonly begunIn: number;
}

/**
 * How far other rows run ahead of a slow row, in multiples of the rows in flight. At most so many rows are held in
 * memory.
 */
const windowFactor = 16;

/**
 * Computes rows, and writes them in the order of the items.
 *
 * @throws whatever reading and writing throw, and what the map rejects with when the signal aborts. The rows before the
 *   first unfinished one are written
 * @throws CommandFault when no server exists
 */
export async function computeInOrder(
  items: AsyncIterable<readonly Item[]>,
  { client, formula, read, concurrency, signal, fellBack }: RowComputer,
  write: (rows: readonly DoneRow[]) => Promise<void>,
): Promise<void> {
  const stopping = new AbortController();
  const queue = new RowQueue(concurrency * windowFactor, write, () => stopping.abort());
  const called = new Map<number, CalledRow>();
  const lastAnswer = new LastAnswer();
  let calls = 0;

  async function* operandsOf(): AsyncGenerator<readonly unknown[]> {
    for await (const piece of items) {
      for (const { cells, kept } of piece) {
        if (queue.isFull()) await queue.room();
        const { operands, done } = kept === undefined ? read(cells) : { operands: undefined, done: kept };
        const row: CalledRow = { cells, begunIn: lastAnswer.turn(), done };
        queue.add(row);
        if (operands === undefined) continue;
        called.set(calls, row);
        calls += 1;
        yield operands;
      }
    }
  }

  function settle(outcome: MapOutcome<unknown>): void {
    const { index, error } = outcome;
    const row = called.get(index);
    if (row === undefined) return;
    called.delete(index);
    if (error === undefined) {
      row.done = valueRow(row.cells, outcome.value);
      if (outcome.fallbacks.length > 0) fellBack();
    } else {
      if (error.code === 'no-listener' && !lastAnswer.isAfter(row.begunIn)) throw noServer(error);
      row.done = failedRow(row.cells, error.code, failureText(error));
    }
    if (error === undefined || isAnswer(error)) lastAnswer.answered();
    queue.advance();
  }

  const ends = AbortSignal.any([signal, stopping.signal]);
  const options = { concurrency, ordered: false, onFailure: 'collect', trace: true, signal: ends } as const;
  try {
    for await (const outcome of client.map(formula.name, operandsOf(), options)) settle(outcome);
  } finally {
    await queue.flush();
  }
}

/** Whether a server has failed the request. */
function isAnswer({ code }: RequestError): boolean {
  return code !== 'no-listener' && code !== 'deadline-exceeded' && code !== 'cancelled';
}

/**
 * Ends the batch: a request was never sent during its whole timeout, and no server has answered any other request since
 * it began. The rows behind it would only wait as long.
 */
function noServer(error: RequestError): CommandFault {
  return new CommandFault(exitCodes.nobodyListened, `no server answers: ${error.message}`, { cause: error });
}
