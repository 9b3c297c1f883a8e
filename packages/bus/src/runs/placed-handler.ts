import type { Handler, HandlerContext, Operation } from '@cateto/contracts';
import { createPlacement } from '@cateto/protocol';
import type { OnEvent } from '../participant/events.ts';
import type { RequestContext } from './handler-contexts.ts';
import type { HandlerThreads } from './handler-threads.ts';

/** The handler of an operation, in the server's loop and in its threads. */
export interface PlacedHandler {
  /** Where it is to run now. */
  inThreads(): boolean;
  readonly inLoop: Handler;
  /** Undefined where there are no threads. It runs in the loop when they cannot be started. */
  readonly inThread: Handler | undefined;
}

/** Two clock reads cost a handler of microseconds 90 ns: of one that is known to be quick, one run of eight is timed. */
const eachTimedMax = 64;
const oneOf = 8;
const quickMs = 1;

const never = (): boolean => false;

/**
 * @param handler bounded already, where its contract bounds it; in a thread that is done there
 * @param nowMs the clock by which a handler is timed
 */
export function placeHandler(
  { name, work: { maxMs } }: Pick<Operation, 'name' | 'work'>,
  handler: Handler,
  threads: HandlerThreads | undefined,
  nowMs: () => number,
  onEvent: OnEvent,
): PlacedHandler {
  if (threads === undefined) return { inThreads: never, inLoop: handler, inThread: undefined };
  const { usable, run } = threads;
  const always = threads.use === 'always';
  const placement = createPlacement();

  function took(blockedMs: number): void {
    const before = placement.inThreads();
    placement.took(blockedMs);
    if (placement.inThreads() === before) return;
    const rounded = Math.round(blockedMs * 1_000) / 1_000;
    onEvent({ event: 'handler-moved', operation: name, to: before ? 'loop' : 'threads', blockedMs: rounded });
  }

  let timedCount = 0;
  let untimed = 0;

  function timed(input: unknown, context: HandlerContext): unknown {
    if (untimed > 0) {
      untimed -= 1;
      return handler(input, context);
    }
    const startMs = nowMs();
    try {
      return handler(input, context);
    } finally {
      const blockedMs = nowMs() - startMs;
      timedCount += 1;
      if (timedCount > eachTimedMax && blockedMs < quickMs) untimed = oneOf - 1;
      took(blockedMs);
    }
  }

  async function inThread(input: unknown, context: RequestContext): Promise<unknown> {
    const ran = await run(name, input, context, maxMs);
    if (ran === undefined) return handler(input, context);
    if (!always) took(ran.blockedMs);
    return ran.output;
  }

  return {
    inThreads: always ? usable : () => placement.inThreads() && usable(),
    inLoop: always ? handler : timed,
    // What `onCancel` is set on is the context that the server holds.
    inThread: inThread as Handler,
  };
}
