import type { HandlerContext, HandlerSignal } from '@cateto/contracts';
import { createDueQueue } from '@cateto/protocol';
import type { Participant } from './participant.ts';

/*
 * What handlers learn of their request. A context is one small object; its signal, an entry in the queue of deadlines and a
 * timer are there only for handlers that ask for the signal.
 */

/** The contexts of a server's handlers. */
export interface HandlerContexts {
  /** @param deadlineMs the request's, on the platform's clock */
  open(deadlineMs: number): HandlerContext;
  /** The handler has settled: its signal aborts no more. */
  end(context: HandlerContext): void;
  /** Aborts every signal: nobody hears what its handler says. */
  close(): void;
}

/** Those that have ended are swept out when there are more of them than of the others, and so many. */
const endedMax = 1_024;

export function createHandlerContexts(participant: Participant): HandlerContexts {
  const { platform } = participant;
  const due = createDueQueue<Context>();
  const watched = new Set<Context>();
  let closed = false;

  function watch(context: Context): AbortController {
    const controller = new AbortController();
    if (closed) controller.abort(serverClosed());
    else if (context.leftMs <= 0) controller.abort(deadlinePassed());
    else if (!context.ended) {
      watched.add(context);
      due.push(context.deadlineMs, context);
      participant.rearm();
    }
    return controller;
  }

  function abort(context: Context, reason: DOMException): void {
    watched.delete(context);
    context.controller?.abort(reason);
  }

  const owner: Owner = { nowMs: platform.nowMs, watch };
  const isWatched = (context: Context): boolean => watched.has(context);

  participant.attach({
    deadlineMs: due.peekDueMs,
    tick() {
      const nowMs = platform.nowMs();
      // Thousands may be due at once, and most of what an exception costs is its stack.
      let reason: DOMException | undefined;
      for (let context = due.popDue(nowMs); context !== undefined; context = due.popDue(nowMs)) {
        if (watched.has(context)) abort(context, (reason ??= deadlinePassed()));
      }
    },
  });

  return {
    open: (deadlineMs) => new Context(deadlineMs, owner),
    end(context) {
      const own = context as Context;
      own.ended = true;
      if (own.controller === undefined || !watched.delete(own)) return;
      due.skim(isWatched);
      if (due.size() > 2 * watched.size + endedMax) due.retain(isWatched);
    },
    close() {
      if (closed) return;
      closed = true;
      const reason = serverClosed();
      for (const context of watched) abort(context, reason);
    },
  };
}

interface Owner {
  nowMs(): number;
  watch(context: Context): AbortController;
}

class Context implements HandlerContext {
  readonly deadlineMs: number;
  controller: AbortController | undefined;
  ended = false;
  private readonly owner: Owner;

  constructor(deadlineMs: number, owner: Owner) {
    this.deadlineMs = deadlineMs;
    this.owner = owner;
  }

  get leftMs(): number {
    return this.deadlineMs - this.owner.nowMs();
  }

  get signal(): HandlerSignal {
    this.controller ??= this.owner.watch(this);
    return this.controller.signal;
  }
}

/** As an `AbortSignal.timeout` says it. */
function deadlinePassed(): DOMException {
  return new DOMException('the deadline of the request has passed', 'TimeoutError');
}

function serverClosed(): DOMException {
  return new DOMException('the server has closed', 'AbortError');
}
