import type { BrokerEndpoint } from '@cateto/contracts';
import { openAll } from './closing.ts';
import type { RequestTimes } from './request-times.ts';
import { createRoundTrips } from './request-times.ts';
import type { RequestSubscriber } from './sockets.ts';

/*
 * The connections on which a server on the main thread receives requests, one for each broker. libzmq fixes the heartbeat
 * times of a connection when it opens, so a connection is replaced by another one when its times do not fit any more.
 */

/** A connection to one broker. */
export interface RequestConnection {
  subscribe(prefix: string): void;
  unsubscribe(prefix: string): void;
  close(): Promise<unknown>;
}

/** The state of a connection to one broker. */
export interface RequestConnectionState {
  /** Reports that the connection was established, the first time or again. Not to be called before `open` returns. */
  connected(): void;
  /** The heartbeat times of this broker's connections now. */
  times(): RequestTimes;
  /** Whether the connection is neither replaced nor closed. */
  isCurrent(): boolean;
}

export interface RequestConnectionsOptions {
  readonly brokers: readonly BrokerEndpoint[];
  /** Opens a connection with the current times. */
  open(broker: BrokerEndpoint, state: RequestConnectionState): RequestConnection;
  /** A connection was established. The first one counts too, because nothing arrived before it. */
  connected(): void;
  /** A connection could not be opened, so the one before stays, and another one is tried a second later. */
  failed(error: unknown): void;
  nowMs(): number;
  later(ms: number, run: () => void): void;
}

interface RequestsOfBroker extends RequestConnection {
  readonly roundTrip: (...took: Parameters<ReturnType<typeof createRoundTrips>['measured']>) => void;
}

/**
 * How long the connection before stays open after its successor is established. Messages that the broker has sent on it
 * are still in flight, and the broker must not miss the server between the two connections.
 */
const overlapMs = 1_000;
const retryMs = 1_000;

export function openRequestConnections(options: RequestConnectionsOptions): RequestSubscriber {
  const { brokers, nowMs } = options;
  const all = openAll((opened) => new Map(brokers.map((broker) => [broker, opened(requestsOf(broker, options))])));
  return {
    subscribe: (prefix) => all.forEach((one) => one.subscribe(prefix)),
    unsubscribe: (prefix) => all.forEach((one) => one.unsubscribe(prefix)),
    roundTrip: (broker, took) => all.get(broker)?.roundTrip(took, nowMs()),
    close: async () => void (await Promise.all([...all.values()].map((one) => one.close()))),
  };
}

function requestsOf(broker: BrokerEndpoint, options: RequestConnectionsOptions): RequestsOfBroker {
  const { open, connected, failed, later } = options;
  const trips = createRoundTrips();
  const wanted = new Set<string>();
  /** The last one is the current one; those before it are about to be closed. */
  const all: RequestConnection[] = [];
  let closed = false;
  /** The last connection could not be opened. */
  let isMissing = false;

  function openOne(): RequestConnection {
    const state: RequestConnectionState = {
      connected() {
        connected();
        // All that were opened before this one.
        for (const earlier of all.slice(0, Math.max(0, all.indexOf(one)))) later(overlapMs, () => leave(earlier));
      },
      times: trips.times,
      isCurrent: () => !closed && all.at(-1) === one,
    };
    const one = open(broker, state);
    all.push(one);
    return one;
  }

  /** Opens a connection with other times. It takes the place of the one before when it is established. */
  function replace(): void {
    if (closed) return;
    try {
      const one = openOne();
      isMissing = false;
      for (const prefix of wanted) one.subscribe(prefix);
    } catch (error) {
      failed(error);
      if (isMissing) return;
      isMissing = true;
      later(retryMs, retry);
    }
  }

  function retry(): void {
    if (!isMissing) return;
    isMissing = false;
    replace();
  }

  function leave(one: RequestConnection): void {
    const at = all.indexOf(one);
    // It may have left because of another successor.
    if (closed || at < 0) return;
    all.splice(at, 1);
    void one.close();
  }

  openOne();

  return {
    subscribe(prefix) {
      wanted.add(prefix);
      for (const one of all) one.subscribe(prefix);
    },
    unsubscribe(prefix) {
      wanted.delete(prefix);
      for (const one of all) one.unsubscribe(prefix);
    },
    roundTrip(took, atMs) {
      if (trips.measured(took, atMs)) replace();
    },
    close() {
      closed = true;
      return Promise.all(all.map((one) => one.close()));
    },
  };
}
