import type { Failure, Handler, Operation } from '@cateto/contracts';
import { isFailure, stackOf, takeOutput, textOf } from '@cateto/contracts';
import { openThreadContext } from './thread-context.ts';
import type { LoggedLine, Thrown, Worked, WorkerTask } from './worker-task.ts';

/**
 * Runs a handler in its thread. What it gives is checked here: on the way between threads a class becomes a plain object, and a symbol
 * that was thrown would be lost. A handler whose turn comes after the deadline is not begun.
 */
export async function runTask(
  operation: Operation,
  handler: Handler,
  { input, deadlineMs, id }: Omit<WorkerTask, 'operation'>,
  log: (line: LoggedLine) => void,
): Promise<Worked> {
  const { name } = operation;
  const { context, end } = openThreadContext(deadlineMs, id, (text) => log({ name, id, message: textOf(text) }));
  if (context.leftMs <= 0) return { thrown: noTurn };
  try {
    const output: unknown = await handler(input, context);
    if (isFailure(output)) return failed(output);
    const taken = takeOutput(operation, output);
    return isFailure(taken) ? { thrown: misfit(name, taken) } : { output: taken };
  } catch (error) {
    return { thrown: { name: nameOf(error), message: textOf(error), stack: stackOf(error) } };
  } finally {
    end();
  }
}

/** The name is what a signal would have made of it. */
const noTurn: Thrown = { name: 'TimeoutError', message: 'no turn came before the deadline', stack: undefined };

function failed({ code, message }: Failure): Worked {
  return { code, message: textOf(message) };
}

/** The text begins with the operation's name, which the server says anyway. */
function misfit(name: string, { message }: Failure): Thrown {
  return { name: 'TypeError', message: message.replace(`${name}: `, ''), stack: undefined };
}

function nameOf(error: unknown): string {
  try {
    const name: unknown = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
    return typeof name === 'string' ? name : 'Error';
  } catch {
    return 'Error';
  }
}
