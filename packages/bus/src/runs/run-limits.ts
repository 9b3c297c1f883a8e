import type { Handler, Operation } from '@cateto/contracts';
import { createDueQueue } from '@cateto/protocol';
import type { RequestContext } from './request-context.ts';
import type { Participant } from '../participant/participant.ts';
import { isThenable } from './promises.ts';

/*
 * Limits the time of handlers in the event loop, as their contracts say (`work.maxMs`). Threads limit their own
 * handlers (threads/thread-limits.ts). A server whose contracts have no limit pays nothing for this. A handler that
 * blocks the loop is timed when it returns. A handler that waits fails by the clock, but only after everything that had
 * arrived was processed: its output may be ready behind a handler that blocked.
 */

/** A handler ran longer than its contract allows. */
export class Overrun extends Error {
  override readonly name = 'Overrun';
  readonly maxMs: number;

  constructor(maxMs: number) {
    super(`it ran longer than the ${maxMs} ms that its contract allows`);
    this.maxMs = maxMs;
  }
}

export interface RunLimits {
  /** @returns a handler that throws {@link Overrun} when it runs longer than the operation's contract allows */
  limited(operation: Operation, handler: Handler): Handler;
  /** How many handlers have failed in this way and have not settled, because they wait for something that hangs. */
  overrunning(): number;
}

interface Waiting {
  fail(): void;
}

/** Settled handlers are removed when there are more of them than of others, and at least this many. */
const settledMax = 1_024;

/** @param abort aborts the signal of a handler that has run too long */
export function createRunLimits(participant: Participant, abort: (context: RequestContext) => void): RunLimits {
  const { platform } = participant;
  const due = createDueQueue<Waiting>();
  const waiting = new Set<Waiting>();
  const isWaiting = (run: Waiting): boolean => waiting.has(run);
  let overrunning = 0;
  let attached = false;

  function attach(): void {
    if (attached) return;
    attached = true;
    participant.attach({ deadlineMs: due.peekDueMs, tick });
  }

  function tick(): void {
    const nowMs = platform.nowMs();
    const late: Waiting[] = [];
    for (let run = due.popDue(nowMs); run !== undefined; run = due.popDue(nowMs)) if (isWaiting(run)) late.push(run);
    if (late.length === 0) return;
    platform.afterTurn(() => {
      for (const run of late) if (waiting.delete(run)) run.fail();
    });
  }

  function ended(run: Waiting): void {
    if (!waiting.delete(run)) {
      overrunning -= 1;
      return;
    }
    due.skim(isWaiting);
    if (due.size() > 2 * waiting.size + settledMax) due.retain(isWaiting);
  }

  function overrunOf(context: RequestContext, maxMs: number): Overrun {
    abort(context);
    return new Overrun(maxMs);
  }

  function withinLimit(
    given: PromiseLike<unknown>,
    context: RequestContext,
    endMs: number,
    maxMs: number,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const run: Waiting = {
        fail() {
          overrunning += 1;
          reject(overrunOf(context, maxMs));
        },
      };
      waiting.add(run);
      due.push(endMs, run);
      participant.rearm();
      settled(given, run).then(resolve, reject);
    });
  }

  async function settled(given: PromiseLike<unknown>, run: Waiting): Promise<unknown> {
    try {
      return await given;
    } finally {
      ended(run);
    }
  }

  return {
    limited(operation, handler) {
      const { maxMs } = operation.work;
      if (maxMs === undefined) return handler;
      attach();
      const limited = (input: unknown, context: RequestContext): unknown => {
        const startMs = platform.nowMs();
        const given: unknown = handler(input, context);
        if (isThenable(given)) return withinLimit(given, context, startMs + maxMs, maxMs);
        if (platform.nowMs() - startMs > maxMs) throw overrunOf(context, maxMs);
        return given;
      };
      // The server's own context is passed, because it is the one to abort.
      return limited as Handler;
    },
    overrunning: () => overrunning,
  };
}
