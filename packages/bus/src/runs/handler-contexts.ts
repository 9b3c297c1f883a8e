import type { Handler, Operation } from '@cateto/contracts';
import { textOf } from '@cateto/contracts';
import { createDueQueue } from '@cateto/protocol';
import type { SignalController } from '../link/web.ts';
import { newController } from '../link/web.ts';
import type { OnEvent } from '../participant/events.ts';
import type { Participant } from '../participant/participant.ts';
import { createRunLimits } from './run-limits.ts';
import type { ContextOwner, HandledRequest, RequestContext } from './request-context.ts';
import { Context, deadlinePassed, ranTooLong, requestCancelled, serverClosed } from './request-context.ts';

/*
 * The contexts that handlers receive. A context is one small object. Its signal, its id and its log, and for the signal
 * an entry in the queue of deadlines and a timer, are created only when a handler uses them.
 */

/** The contexts of a server's handlers. */
export interface HandlerContexts {
  /** @param name the operation's name in the lines that its handlers log */
  opener(name: string): (request: HandledRequest) => RequestContext;
  /**
   * Bounds the time of an operation's handler in the event loop. Returns the handler itself when the contract has no
   * limit.
   */
  limited(operation: Operation, handler: Handler): Handler;
  /** How many handlers have run longer than their contracts allow and have not settled. */
  overrunning(): number;
  /** The handler has settled, so its signal does not abort any more. */
  end(context: RequestContext): void;
  /** Aborts every signal, because no output will be sent. */
  close(): void;
}

/** Ended contexts are removed when there are more of them than of others, and at least this many. */
const endedMax = 1_024;
/** The longest line that a handler may log, in characters, so that one handler cannot fill a log. */
const lineMax = 8_192;

export function createHandlerContexts(participant: Participant, onEvent: OnEvent): HandlerContexts {
  const { platform } = participant;
  const due = createDueQueue<Context>();
  const watched = new Set<Context>();
  let closed = false;

  function watch(context: Context): SignalController {
    const controller = newController();
    if (closed) controller.abort(serverClosed());
    else if (Context.stateOf(context) === 'cancelled') controller.abort(requestCancelled());
    else if (Context.stateOf(context) === 'overran') controller.abort(ranTooLong());
    else if (Context.deadlineOf(context) <= platform.nowMs()) controller.abort(deadlinePassed());
    else if (Context.stateOf(context) === 'running') {
      watched.add(context);
      due.push(Context.deadlineOf(context), context);
      participant.rearm();
    }
    return controller;
  }

  function abort(context: Context, reason: Error): void {
    watched.delete(context);
    Context.controllerOf(context)?.abort(reason);
  }

  function sweep(): void {
    due.skim(isWatched);
    if (due.size() > 2 * watched.size + endedMax) due.retain(isWatched);
  }

  const shared = {
    nowMs: platform.nowMs,
    watch,
    isClosed: () => closed,
    abort(context: Context, reason: Error) {
      abort(context, reason);
      sweep();
    },
  };
  const runLimits = createRunLimits(participant, (context) => Context.overrun(context as Context));
  const isWatched = (context: Context): boolean => watched.has(context);

  participant.attach({
    deadlineMs: due.peekDueMs,
    tick() {
      const nowMs = platform.nowMs();
      // Share one exception: thousands of signals may abort at once, and most of the cost of an exception is its stack.
      let reason: Error | undefined;
      for (let context = due.popDue(nowMs); context !== undefined; context = due.popDue(nowMs)) {
        if (watched.has(context)) abort(context, (reason ??= deadlinePassed()));
      }
    },
  });

  return {
    opener(name) {
      const log = (id: string, text: string): void => {
        onEvent({ event: 'handler-log', name, id, message: textOf(text).slice(0, lineMax) });
      };
      const owner: ContextOwner = { ...shared, log };
      return (request) => new Context(request, owner);
    },
    limited: runLimits.limited,
    overrunning: runLimits.overrunning,
    end(context) {
      const own = context as Context;
      Context.end(own);
      if (Context.controllerOf(own) !== undefined && watched.delete(own)) sweep();
    },
    close() {
      if (closed) return;
      closed = true;
      const reason = serverClosed();
      for (const context of watched) abort(context, reason);
    },
  };
}
