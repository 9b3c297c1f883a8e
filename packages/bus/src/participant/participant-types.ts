import type { ListenersEffect, ReturnPath, ReturnPathEffect } from '@cateto/protocol';
import type { Platform } from '../link/link.ts';
import type { Chunks } from './chunks.ts';
import type { ThrottledCounter } from './throttled-counter.ts';

/** A requester, a responder, or another part that needs the listener table and the return path. */
export interface Component {
  tableChanged?(change: ListenersEffect): void;
  returnPathChanged?(change: ReturnPathEffect): void;
  deadlineMs?(): number | undefined;
  /** Its deadline has come. */
  tick?(): void;
  /** The congestion of the link is over. */
  drained?(): void;
  /** The lowest seq of its own requests that is not settled, apart from the stragglers. Every batch carries both. */
  settledBelow?(): number;
  stragglers?(): readonly number[] | undefined;
}

/**
 * The sender of a batch, and the requests of its own that it has settled: every seq below `settledBelow`, apart from
 * the stragglers.
 */
export interface BatchOrigin {
  readonly sender: string;
  readonly settledBelow: number;
  readonly stragglers?: readonly number[] | undefined;
  /** The bytes of the body that contained the batch, if it came in chunks. It has one message then. */
  readonly bytes?: number;
}

/** Reads a message in wire order; undefined when it is broken. */
export type Read<M> = (fields: unknown) => M | undefined;

/** Receives the messages of a batch that could be read, perhaps none. */
export type Take<M> = (messages: readonly M[], origin: BatchOrigin) => void;

export interface Participant {
  readonly address: string;
  readonly platform: Platform;
  readonly dropped: ThrottledCounter;
  attach(component: Component): void;
  /**
   * Registers a receiver for the messages of a topic that are addressed to this participant. A broken message is
   * dropped and counted; the others of its batch are not affected.
   */
  receive<M>(topic: string, read: Read<M>, take: Take<M>): void;
  subscribe(topic: string): void;
  /** Other participants stop sending on the topic. Messages in flight are still received. */
  unsubscribe(topic: string): void;
  /**
   * Publishes one message, in wire order, in a batch with the other messages of this turn to the same topic and
   * address. `valueBytes` is an upper bound of the size of what may be long in it, if that is known.
   */
  publish(topic: string, to: string, message: readonly unknown[], valueBytes?: number): void;
  /** Calls back when a hello that is published now has come back: then the broker has forwarded every earlier message. */
  afterRoundTrip(done: () => void): void;
  /** Why messages to this participant do not reach it; undefined when they do. */
  obstacle(): ReturnType<ReturnPath['obstacle']>;
  /** The addresses that listen on a route of the listener table. */
  listenersOf(route: string): readonly string[];
  /** So many bytes wait to leave that new requests wait too (congestion.ts). */
  isCongested(): boolean;
  /** The large messages. */
  readonly chunks: Pick<
    Chunks,
    | 'allSent'
    | 'answersTo'
    | 'confirmed'
    | 'isSending'
    | 'isUnderway'
    | 'waiting'
    | 'withdrawAnswer'
    | 'withdrawRequest'
  >;
  /** The brokers that the last attempts to connect did not reach, each with the reason. */
  unreached(): readonly string[];
  /** Adds the size of a table to {@link Participant.tables}. */
  table(name: string, size: () => number): void;
  /** The current number of entries in each table of this participant. */
  tables(): Readonly<Record<string, number>>;
  /**
   * A component's deadline may have changed. Call this after every input to a machine outside of `tick`. The timer is
   * armed again at the end of this turn, once for all changes.
   */
  rearm(): void;
  /** Sends what waits to be sent, then closes the link. */
  close(): Promise<void>;
}
