import { runTask } from '../../../apps/op-server/src/run-task.ts';
import type { Worked, WorkerTask } from '../../../apps/op-server/src/worker-task.ts';
import { workCatalogue } from './catalogue.ts';
import { workHandlers } from './handlers.ts';

/** What a worker thread of the suite's server runs for each request. The handlers log nothing. */
export default async function work({ operation, ...task }: WorkerTask): Promise<Worked> {
  if (operation !== 'burn' && operation !== 'pause') throw new Error(`no handler for ${operation}`);
  const handler = (input: unknown) => workHandlers[operation](...(input as [number, number]));
  return runTask(workCatalogue.operations[operation], handler, task, () => undefined);
}
