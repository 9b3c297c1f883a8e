import type { Catalogue, ClientMetrics, FormulaName } from '@cateto/contracts';
import type { ObservedMessage } from '@cateto/bus';
import type { EventsOptions, SystemEvents } from './events.ts';
import type { Answer, CallOptions, FormulaCall } from './call.ts';
import type { MapMethod } from './map/types.ts';
import type { SystemStatus } from './system-status.ts';

/** The formulas of a catalogue as methods. */
export type FormulaCalls<C extends Catalogue> = {
  readonly [F in FormulaName<C>]: FormulaCall<C['formulas'][F]>;
};

export interface ObservedAt extends ObservedMessage {
  /** When this client saw the message, in milliseconds since 1970. */
  readonly at: number;
}

export interface Watch {
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The methods of a client besides its formulas. */
export interface ClientBase<C extends Catalogue> {
  readonly address: string;
  readonly catalogue: C;
  /**
   * Calls a formula whose name is known only at run time.
   *
   * @throws RequestError, like every call; `unknown-formula` and `invalid-request` before anything is sent
   */
  call(formula: string, operands: readonly unknown[], options?: CallOptions): Promise<Answer<unknown>>;
  /**
   * Calls a formula for each input of a source: `for await (const { index, value } of calc.map('leg', legs)) …`. An
   * input is the list of a call's operands. It begins with the first `next()`, and takes inputs only while there is room.
   *
   * Ending the loop early cancels the calls in flight and ends the source. When the source throws, the results of the
   * inputs before come first, then its error. When a call fails, the signal aborts or the client closes, results that
   * have come are still returned, and then it rejects.
   *
   * @throws RequestError for an unknown formula, for invalid options, and for inputs that are not iterable
   */
  readonly map: MapMethod<C>;
  /** The state of brokers and servers; takes at most `waitMs` (1,000 unless given). */
  status(options?: { readonly waitMs?: number | undefined }): Promise<SystemStatus>;
  /** The counters of this client since it was opened. Sends nothing and costs little, so it may be called often. */
  metrics(): ClientMetrics;
  /** Passes every message from now on to `onMessage`. */
  watch(onMessage: (message: ObservedAt) => void): Watch;
  /**
   * Past events of brokers and servers, and then new ones: `for await (const event of calc.events()) …`. Each process
   * keeps its last 1,000 events, or fewer if they take more than 1 MiB, so the history begins before this client. An
   * event `events-lost` counts those that a process no longer keeps. With keys, the client needs the role `observer`.
   *
   * It connects at once, with connections of its own, and asks each process twice a second, or less often if there are
   * more than 500. Closing the client ends it.
   *
   * @throws RequestError for invalid options
   */
  events(options?: EventsOptions): SystemEvents;
  /** Cancels open requests and closes the sockets. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type Client<C extends Catalogue> = FormulaCalls<C> & ClientBase<C>;
