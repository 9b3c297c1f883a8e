import type { FailingContext, HandlerSignal } from '@cateto/contracts';
import { failWith, requestId, textOf } from '@cateto/contracts';
import type { SignalController } from '../link/web.ts';
import { abortError } from '../link/web.ts';
import { isShare } from './progress-share.ts';
import type { Work } from './work.ts';

/* The context that one handler receives for one request. */

/** A context as the server uses it. */
export interface RequestContext extends FailingContext {
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

/** The part that all contexts of a server share. */
export interface ContextOwner {
  nowMs(): number;
  watch(context: Context): SignalController;
  abort(context: Context, reason: Error): void;
  isClosed(): boolean;
  log(id: string, text: string): void;
}

type State = 'running' | 'ended' | 'cancelled' | 'overran';

/** The fields on which the server relies are private, so a handler that writes to its context harms no other. */
export class Context implements RequestContext {
  readonly #request: HandledRequest;
  readonly #owner: ContextOwner;
  #controller: SignalController | undefined;
  #state: State = 'running';
  #onCancel: (() => void) | undefined;
  #share: number | undefined;
  #readShare: (() => number | undefined) | undefined;

  constructor(request: HandledRequest, owner: ContextOwner) {
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
  static controllerOf(context: Context): SignalController | undefined {
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

  /** The same function for every handler: what a handler returns is checked against its contract. */
  get fail(): RequestContext['fail'] {
    return failWith;
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
export function deadlinePassed(): Error {
  return abortError('the deadline of the request has passed', 'TimeoutError');
}

export function ranTooLong(): Error {
  return abortError('the handler ran longer than its contract allows', 'TimeoutError');
}

export function requestCancelled(): Error {
  return abortError('the requester has cancelled the request', 'AbortError');
}

export function serverClosed(): Error {
  return abortError('the server has closed', 'AbortError');
}
