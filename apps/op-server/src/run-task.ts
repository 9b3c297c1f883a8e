import type { Failure, Handler, Operation } from '@cateto/contracts';
import { isFailure, takeOutput, textOf } from '@cateto/contracts';
import { openThreadContext } from './thread-context.ts';
import type { Worked, WorkerTask } from './worker-task.ts';

/**
 * Runs a handler in its thread. What it gives is checked here: on the way between threads a class becomes a plain object, and a symbol
 * that was thrown would be lost.
 *
 * @throws Error when the handler throws after the deadline, or when its turn comes after it: then it is not begun
 */
export async function runTask(
  operation: Operation,
  handler: Handler,
  { input, deadlineMs }: Omit<WorkerTask, 'operation'>,
): Promise<Worked> {
  const { context, end } = openThreadContext(deadlineMs);
  if (context.leftMs <= 0) throw new Error('no turn came before the deadline');
  try {
    const output: unknown = await handler(input, context);
    if (isFailure(output)) return failed(output);
    const taken = takeOutput(operation, output);
    return isFailure(taken) ? failed(taken) : { output: taken };
  } catch (error) {
    // No failure that a handler may give: the server makes one of it. A cause that is no plain value would not get there.
    // oxlint-disable-next-line preserve-caught-error -- it is thrown into another thread
    if (context.leftMs <= 0) throw new Error(textOf(error));
    return { code: 'internal', message: `${operation.name}: ${textOf(error)}` };
  } finally {
    end();
  }
}

function failed({ code, message }: Failure): Worked {
  return { code, message: textOf(message) };
}
