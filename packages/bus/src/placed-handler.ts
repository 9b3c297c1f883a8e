import type { Handler, HandlerContext } from '@cateto/contracts';
import { createPlacement } from '@cateto/protocol';
import type { OnEvent } from './events.ts';
import type { RequestContext } from './handler-contexts.ts';
import type { HandlerThreads } from './threads/handler-threads.ts';

/** The handler of an operation, in the server's loop and in its threads. */
export interface PlacedHandler {
  /** Where it is to run now. */
  inThreads(): boolean;
  readonly inLoop: Handler;
  /** Undefined where there are no threads. It runs in the loop when they cannot be started. */
  readonly inThread: Handler | undefined;
}

const never = (): boolean => false;

/** @param nowMs the clock by which a handler is timed */
export function placeHandler(
  name: string,
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

  function timed(input: unknown, context: HandlerContext): unknown {
    const startMs = nowMs();
    try {
      return handler(input, context);
    } finally {
      took(nowMs() - startMs);
    }
  }

  async function inThread(input: unknown, context: RequestContext): Promise<unknown> {
    const ran = await run(name, input, context);
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
