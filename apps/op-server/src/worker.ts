import { handlers } from '@cateto/compute';
import type { Handler, Operation } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { parentPort } from 'node:worker_threads';
import { runTask } from './run-task.ts';
import type { LoggedLine, Worked, WorkerTask } from './worker-task.ts';

const byName: Readonly<Record<string, Handler>> = handlers;
const operations: Readonly<Record<string, Operation>> = calculator.operations;

/** What a worker thread runs for each request. */
export default async function work({ operation, ...task }: WorkerTask): Promise<Worked> {
  const handler = byName[operation];
  const contract = operations[operation];
  if (handler === undefined || contract === undefined) throw new Error(`no handler for ${operation}`);
  return runTask(contract, handler, task, logLine);
}

function logLine(line: LoggedLine): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
  parentPort?.postMessage(line);
}
