import type { Handler } from '@cateto/contracts';
import { isFailure, stackOf, takeValue, textOf } from '@cateto/contracts';
import { parentPort } from 'node:worker_threads';
import { hush } from '../runs/promises.ts';
import { timers } from '@cateto/zmtp/timers';
import { openThreadContext } from './thread-context.ts';
import type { Begun, LoggedLine, Outcome, ThreadTask, Thrown, Worked } from './thread-task.ts';

/** What a thread runs for each task. */
export type ThreadWork = (task: ThreadTask) => Promise<Worked>;

/**
 * What a thread runs for each task: the handler of the operation, by name. The file of a thread exports it as its default.
 *
 * @param handlers of some thread's own copy of the program
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
 * Runs a handler in its thread. Whether its output is a value is checked here, because a class becomes a plain object on the way between
 * threads; whether it fits the contract is checked where it arrives. A handler whose turn comes after the deadline is not begun. When one
 * with a limit begins, that is told before, because it may block the thread.
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

/** The name is what a signal would have made of it. */
const noTurn: Thrown = { name: 'TimeoutError', message: 'its turn did not come before the deadline', stack: undefined };
const noHandler: Thrown = { name: 'TypeError', message: 'its module has no handler for it', stack: undefined };

function outcomeOf(output: unknown): Outcome {
  // The contract says in better words that nothing was given.
  if (output === undefined) return { output };
  if (isFailure(output)) return { code: output.code, message: textOf(output.message) };
  const { value, fault } = takeValue(output);
  if (fault === undefined) return { output: value };
  hush(output);
  return { thrown: { name: 'TypeError', message: `the code of the operation returned: ${fault}`, stack: undefined } };
}

function nameOf(error: unknown): string {
  try {
    const name: unknown = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
    return typeof name === 'string' ? name : 'Error';
  } catch {
    return 'Error';
  }
}
