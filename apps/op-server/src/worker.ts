import { handlers } from '@cateto/compute';
import type { Handler } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import type { Worked, WorkerTask } from './worker-task.ts';

const byName: Readonly<Record<string, Handler>> = handlers;

/** What a worker thread runs for each request. */
export default async function work({ operation, input }: WorkerTask): Promise<Worked> {
  const handler = byName[operation];
  if (handler === undefined) throw new Error(`no handler for ${operation}`);
  const output: unknown = await handler(input);
  // A class does not survive the way between threads.
  return isFailure(output) ? { code: output.code, message: output.message } : { output };
}
