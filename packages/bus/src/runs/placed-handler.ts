import type { Handler, Operation } from '@cateto/contracts';
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
  /** A run in the loop has kept it for so long. Undefined where that decides nothing. */
  readonly took: ((blockedMs: number) => void) | undefined;
}

const never = (): boolean => false;

/** @param handler bounded already, where its contract bounds it; in a thread that is done there */
export function placeHandler(
  { name, work: { maxMs } }: Pick<Operation, 'name' | 'work'>,
  handler: Handler,
  threads: HandlerThreads | undefined,
  onEvent: OnEvent,
): PlacedHandler {
  if (threads === undefined) return { inThreads: never, inLoop: handler, inThread: undefined, took: undefined };
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

  async function inThread(input: unknown, context: RequestContext): Promise<unknown> {
    const ran = await run(name, input, context, maxMs);
    if (ran === undefined) return handler(input, context);
    if (!always) took(ran.blockedMs);
    return ran.output;
  }

  return {
    inThreads: always ? usable : () => placement.inThreads() && usable(),
    inLoop: handler,
    // What `onCancel` is set on is the context that the server holds.
    inThread: inThread as Handler,
    took: always ? undefined : took,
  };
}
