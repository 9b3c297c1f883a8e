import type { Handler } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { parentPort } from 'node:worker_threads';
import { runTask } from './run-task.ts';
import type { LoggedLine, Worked, WorkerTask } from './worker-task.ts';

/** Operations that go wrong as handlers do. */
const handlers: Readonly<Record<string, Handler>> = {
  echo: (input) => input,
  loop() {
    for (;;);
  },
  exit: () => process.exit(7),
  never: () => new Promise(() => undefined),
  'throw-later': () => {
    setTimeout(() => {
      throw new Error('later');
    });
    return new Promise(() => undefined);
  },
  /** Waits for its signal, and gives 1 when that says that the time is up. */
  heeds: (_input, { signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve((signal.reason as Error).name === 'TimeoutError' ? 1 : 0));
    }),
  log(input, { log }) {
    log('halfway');
    return input;
  },
  throw() {
    throw new RangeError('broken here');
  },
  left: (_input, { leftMs }) => leftMs,
  'left-by-clock': (_input, { deadlineMs }) => deadlineMs - performance.now(),
};

/** A worker thread with such handlers, all of numbers. */
export default async function work({ operation, ...task }: WorkerTask): Promise<Worked> {
  const handler = handlers[operation];
  if (handler === undefined) throw new Error(`no handler for ${operation}`);
  return runTask(calculator.operations.square, handler, task, logLine);
}

function logLine(line: LoggedLine): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
  parentPort?.postMessage(line);
}
