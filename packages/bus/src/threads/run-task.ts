import type { Failure, Handler } from '@cateto/contracts';
import { isFailure, stackOf, takeValue, textOf } from '@cateto/contracts';
import { parentPort } from 'node:worker_threads';
import { hush } from '../runs/promises.ts';
import { timers } from '@cateto/zmtp/timers';
import { openThreadContext } from './thread-context.ts';
import type { Begun, LoggedLine, Outcome, ThreadTask, Thrown, Worked } from './thread-task.ts';

/** The function that a thread runs for each task. */
export type ThreadWork = (task: ThreadTask) => Promise<Worked>;

/**
 * Makes the function that a thread runs for each task: it calls the handler of the operation. The file of a thread
 * exports the result as its default.
 *
 * @param handlers the handlers of this thread's copy of the program
 */
export function threadWork(handlers: Readonly<Record<string, Handler>>): ThreadWork {
  return async (task) => {
    const handler = Object.hasOwn(handlers, task.operation) ? handlers[task.operation] : undefined;
    return handler === undefined ? { blockedMs: 0, thrown: noHandler } : runTask(handler, task, tell);
  };
}

function tell(said: LoggedLine | Begun): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
  parentPort?.postMessage(said);
}

/**
 * Runs a handler in its thread. This checks whether the output can be sent, because between threads an instance of a
 * class becomes a plain object. The main thread checks whether it fits the contract. A handler whose turn comes after
 * its deadline does not begin. If the handler has a limit, the main thread is told before it begins, because it may
 * block the thread.
 */
export async function runTask(
  handler: Handler,
  task: ThreadTask,
  say: (said: LoggedLine | Begun) => void,
): Promise<Worked> {
  const { operation: name, input, id, limit } = task;
  const log = (text: string): void => say({ name, id, message: textOf(text) });
  const { context, end } = openThreadContext(task, log);
  if (context.leftMs <= 0) return { blockedMs: 0, thrown: noTurn };
  if (limit !== undefined) say({ begun: limit.run });
  const startMs = timers.monotonicMs();
  const overran = (): boolean => limit !== undefined && timers.monotonicMs() - startMs > limit.maxMs;
  let blockedMs = 0;
  try {
    let given: unknown;
    try {
      given = handler(input, context);
    } finally {
      blockedMs = timers.monotonicMs() - startMs;
    }
    const output = await given;
    return overran() ? { blockedMs, overran: true } : { blockedMs, ...outcomeOf(output) };
  } catch (error) {
    if (overran()) return { blockedMs, overran: true };
    return { blockedMs, thrown: { name: nameOf(error), message: textOf(error), stack: stackOf(error) } };
  } finally {
    end();
  }
}

/** The name is the one that an aborted signal would cause. */
const noTurn: Thrown = { name: 'TimeoutError', message: 'its turn did not come before the deadline', stack: undefined };
const noHandler: Thrown = { name: 'TypeError', message: 'its module has no handler for it', stack: undefined };

function outcomeOf(output: unknown): Outcome {
  // The check of the contract reports a missing output in better words.
  if (output === undefined) return { output };
  if (isFailure(output)) return failureOf(output);
  const { value, fault } = takeValue(output);
  if (fault === undefined) return { output: value };
  hush(output);
  return { thrown: { name: 'TypeError', message: `the code of the operation returned: ${fault}`, stack: undefined } };
}

/** The main thread checks the failure against the contract. */
function failureOf({ code, message, data }: Failure): Outcome {
  const taken = takeValue(data ?? null);
  if (taken.fault === undefined) return { code: textOf(code), message: textOf(message), data: taken.value };
  const text = `the data of its failure "${textOf(code)}": ${taken.fault}`;
  return { thrown: { name: 'TypeError', message: text, stack: undefined } };
}

function nameOf(error: unknown): string {
  try {
    const name: unknown = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
    return typeof name === 'string' ? name : 'Error';
  } catch {
    return 'Error';
  }
}
