import type { Failure, Handler, Operation } from '@cateto/contracts';
import { isFailure, takeOutput, textOf } from '@cateto/contracts';
import type { Worked } from './worker-task.ts';

/**
 * Runs a handler in its thread. What it gives is checked here: on the way between threads a class becomes a plain object, and a symbol
 * that was thrown would be lost.
 */
export async function runTask(operation: Operation, handler: Handler, input: unknown): Promise<Worked> {
  try {
    const output: unknown = await handler(input);
    if (isFailure(output)) return failed(output);
    const taken = takeOutput(operation, output);
    return isFailure(taken) ? failed(taken) : { output: taken };
  } catch (error) {
    return { code: 'internal', message: `${operation.name}: ${textOf(error)}` };
  }
}

function failed({ code, message }: Failure): Worked {
  return { code, message: textOf(message) };
}
