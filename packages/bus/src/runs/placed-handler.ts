import type { Handler, Operation } from '@cateto/contracts';
import { createPlacement } from '@cateto/protocol';
import type { OnEvent } from '../participant/events.ts';
import type { RequestContext } from './request-context.ts';
import type { HandlerThreads } from './handler-threads.ts';

/** An operation's handler, for the event loop and for threads. */
export interface PlacedHandler {
  /** Whether the handler should run in a thread now. */
  inThreads(): boolean;
  readonly inLoop: Handler;
  /** A run in the event loop begins. */
  beginsInLoop(nowMs: number): void;
  /** Undefined without threads. Runs the handler in the event loop if the threads cannot be started. */
  readonly inThread: Handler | undefined;
  /** A run in the event loop has blocked it for this long. Undefined when the placement does not depend on it. */
  readonly took: ((blockedMs: number) => void) | undefined;
}

const never = (): boolean => false;
const ignored = (): void => undefined;
/** The processor time of shorter runs does not matter, and reading it would take as long as they do. */
const readFromMs = 50;

/** @param handler has its time limit already, if its contract has one; in a thread, the thread applies the limit */
export function placeHandler(
  { name, work: { maxMs } }: Pick<Operation, 'name' | 'work'>,
  handler: Handler,
  threads: HandlerThreads | undefined,
  onEvent: OnEvent,
): PlacedHandler {
  if (threads === undefined) {
    return { inThreads: never, inLoop: handler, beginsInLoop: ignored, inThread: undefined, took: undefined };
  }
  const { usable, run, processor } = threads;
  const always = threads.use === 'always';
  const placement = createPlacement();

  function took(blockedMs: number, computedMs?: number): void {
    const before = placement.inThreads();
    placement.took(blockedMs, computedMs);
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
    beginsInLoop: always ? ignored : processor.mark,
    // The server's own context is passed, because `onCancel` is set on it.
    inThread: inThread as Handler,
    took: always ? undefined : (ms) => took(ms, ms < readFromMs ? undefined : processor.sinceMarkMs()),
  };
}
