import type { Handler, HandlerContext, HandlerSignal, Operation } from '@cateto/contracts';
import { requestId, textOf } from '@cateto/contracts';
import { createDueQueue } from '@cateto/protocol';
import type { OnEvent } from '../participant/events.ts';
import type { Participant } from '../participant/participant.ts';
import { createRunLimits } from './run-limits.ts';
import { isShare } from './is-share.ts';
import type { Work } from './work.ts';

/*
 * The contexts that handlers receive. A context is one small object. Its signal, its id and its log, and for the signal
 * an entry in the queue of deadlines and a timer, are created only when a handler uses them.
 */

/** A context as the server uses it. */
export interface RequestContext extends HandlerContext {
  /**
   * No requester waits for the output any more: the deadline has passed, the handler ran too long, the requester has
   * cancelled, or the server has closed.
   */
  readonly isOver: boolean;
  /** The requester has cancelled, so the signal aborts. */
  cancel(): void;
  /** The progress that the handler reported. */
  readonly share: number | undefined;
  /**
   * Set by the code that runs the handler in another thread. Called once when the requester cancels, whether or not the
   * handler has used its signal.
   */
  onCancel?: () => void;
}

/** The request for which a handler runs. */
export interface HandledRequest {
  readonly sender: string;
  readonly seq: number;
  /** On the clock of the platform. */
  readonly deadlineMs: number;
  readonly work: { readonly attempt?: number | undefined };
}

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

  function watch(context: Context): AbortController {
    const controller = new AbortController();
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

  function abort(context: Context, reason: DOMException): void {
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
    abort(context: Context, reason: DOMException) {
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
      let reason: DOMException | undefined;
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
      const owner: Owner = { ...shared, log };
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

interface Owner {
  nowMs(): number;
  watch(context: Context): AbortController;
  abort(context: Context, reason: DOMException): void;
  isClosed(): boolean;
  log(id: string, text: string): void;
}

type State = 'running' | 'ended' | 'cancelled' | 'overran';

/** The fields on which the server relies are private, so a handler that writes to its context harms no other. */
class Context implements RequestContext {
  readonly #request: HandledRequest;
  readonly #owner: Owner;
  #controller: AbortController | undefined;
  #state: State = 'running';
  #onCancel: (() => void) | undefined;
  #share: number | undefined;
  #readShare: (() => number | undefined) | undefined;

  constructor(request: HandledRequest, owner: Owner) {
    this.#request = request;
    this.#owner = owner;
  }

  static stateOf(context: Context): State {
    return context.#state;
  }

  static deadlineOf(context: Context): number {
    return context.#request.deadlineMs;
  }

  /** @returns the controller of its signal, if the handler has used it */
  static controllerOf(context: Context): AbortController | undefined {
    return context.#controller;
  }

  static isOne(given: object): given is Context {
    return #state in given;
  }

  static shareOf(context: Context): number | undefined {
    return context.#readShare?.() ?? context.#share;
  }

  static readShareBy(context: Context, read: () => number | undefined): void {
    context.#readShare = read;
  }

  static idOf(context: Context): string {
    return requestId(context.#request.sender, context.#request.seq);
  }

  static isOver(context: Context): boolean {
    const isLate = context.#request.deadlineMs <= context.#owner.nowMs();
    const isDropped = context.#state === 'cancelled' || context.#state === 'overran';
    return isDropped || isLate || context.#owner.isClosed();
  }

  static cancel(context: Context): void {
    if (context.#state !== 'running') return;
    context.#state = 'cancelled';
    context.#owner.abort(context, requestCancelled());
    try {
      context.#onCancel?.();
    } catch (error) {
      // A handler can set it too.
      context.#owner.log(Context.idOf(context), `its onCancel threw: ${textOf(error)}`);
    }
  }

  static overrun(context: Context): void {
    if (context.#state !== 'running') return;
    context.#state = 'overran';
    context.#owner.abort(context, ranTooLong());
  }

  static end(context: Context): void {
    if (context.#state === 'running') context.#state = 'ended';
  }

  get deadlineMs(): number {
    return this.#request.deadlineMs;
  }

  get leftMs(): number {
    return this.#request.deadlineMs - this.#owner.nowMs();
  }

  get id(): string {
    return Context.idOf(this);
  }

  get attempt(): number {
    return this.#request.work.attempt ?? 1;
  }

  get log(): (text: string) => void {
    const owner = this.#owner;
    const id = Context.idOf(this);
    return (text) => owner.log(id, text);
  }

  get progress(): (share: number) => void {
    return (share) => {
      if (isShare(share)) this.#share = share;
    };
  }

  get share(): number | undefined {
    return Context.shareOf(this);
  }

  get signal(): HandlerSignal {
    this.#controller ??= this.#owner.watch(this);
    return this.#controller.signal;
  }

  get isOver(): boolean {
    return Context.isOver(this);
  }

  set onCancel(run: () => void) {
    this.#onCancel = run;
  }

  cancel(): void {
    Context.cancel(this);
  }
}

/** The request's id, also if the handler has overwritten the properties of its context. */
export function idOf(context: RequestContext): string {
  return Context.isOne(context) ? Context.idOf(context) : context.id;
}

/** Whether no requester waits for the output any more. */
export function isOver(context: RequestContext): boolean {
  return Context.isOne(context) ? Context.isOver(context) : context.isOver;
}

/** Cancels the computation of a request: a handler by its context, or a formula. */
export function cancelRun(run: { cancel(): void }): void {
  if (Context.isOne(run)) Context.cancel(run);
  else run.cancel();
}

/** The progress of the computation of a request. */
export function shareOf(run: Work['underway']): number | undefined {
  if (typeof run !== 'object') return undefined;
  return Context.isOne(run) ? Context.shareOf(run) : run.share;
}

/** The handler runs in another thread, which reports its progress. */
export function readShareBy(context: object, read: () => number | undefined): void {
  if (Context.isOne(context)) Context.readShareBy(context, read);
}

/** The error of an `AbortSignal.timeout`. */
function deadlinePassed(): DOMException {
  return new DOMException('the deadline of the request has passed', 'TimeoutError');
}

function ranTooLong(): DOMException {
  return new DOMException('the handler ran longer than its contract allows', 'TimeoutError');
}

function requestCancelled(): DOMException {
  return new DOMException('the requester has cancelled the request', 'AbortError');
}

function serverClosed(): DOMException {
  return new DOMException('the server has closed', 'AbortError');
}
