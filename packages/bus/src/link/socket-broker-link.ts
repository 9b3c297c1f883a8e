import type { BrokerEndpoint } from '@cateto/contracts';
import type { Peer } from '@cateto/zmtp';
import type { BrokerLink, BrokerLinkEvents } from './broker-link.ts';
import { openAll, whileOpen } from './closing.ts';
import type { ConnectionGuard } from './connection-guard.ts';
import { isMarker } from './is-marker.ts';
import type { Platform } from './link.ts';
import type { BrokerPort } from './keys.ts';
import type { BrokerSockets, Dialled } from './sockets.ts';
import { newController } from './web.ts';

/** Reading the messages that waited takes a few microseconds each. Messages read after this time arrived later. */
const dropMaxMs = 250;
/** How long the last beat may take to leave. */
const lastBeatMs = 100;

export interface SocketBrokerLinkOptions {
  readonly sockets: BrokerSockets;
  /** The address to bind. */
  readonly bind: string;
  readonly ports: BrokerEndpoint;
  /** The other broker, if there is one. */
  readonly peer: BrokerEndpoint | undefined;
  readonly platform: Platform;
  /** Checks connections with keys. */
  readonly guards?: BrokerGuards | undefined;
}

/** The checks of the connections to each port. */
export interface BrokerGuards {
  readonly publishers: ConnectionGuard;
  readonly subscribers: ConnectionGuard;
  /** For the heartbeat port. */
  readonly listeners: Pick<ConnectionGuard, 'opened' | 'closed'>;
  /** Why a peer that is connected has to go; undefined when it may stay. */
  refusalOf(publicKey: Uint8Array, port: BrokerPort): string | undefined;
}

export interface SocketBrokerLink extends BrokerLink {
  /**
   * Resolves when all ports are bound, or when the link has been closed meanwhile or before.
   *
   * @throws Error that names the address and port that cannot be bound, and why; everything is closed then
   */
  bind(): Promise<void>;
}

/**
 * The three sockets of a broker, not bound yet, and its connection to the heartbeat of the other broker, if there is
 * one.
 */
export function openSocketBrokerLink(options: SocketBrokerLinkOptions, events: BrokerLinkEvents): SocketBrokerLink {
  const { sockets, bind, ports, peer, platform, guards } = options;
  const closing = newController();
  /** Messages are dropped until this time, or until a turn brings none; undefined when nothing is to be dropped. */
  let dropUntilMs: number | undefined;
  let read = 0;
  let closed: Promise<unknown> | undefined;

  const guarded = whileOpen(() => closing.signal.aborted);
  const dropped = guarded(events.dropped);

  const { publishers, subscribers, heartbeat, peerBeats } = openAll((opened) => {
    opened({ close: () => closing.abort() });
    const upstream = sockets.openXSubscriber(isMarker, {
      message: hearPublisher,
      connected: (publisher) => guards?.publishers.opened(publisher),
      closed: (publisher) => guards?.publishers.closed(publisher),
      dropped: (cause) => dropped('', cause),
    });
    opened({ close: () => upstream.close(0) });
    const downstream = sockets.openXPublisher(
      {
        connected: (subscriber) => guards?.subscribers.opened(subscriber),
        closed: (subscriber) => guards?.subscribers.closed(subscriber),
        subscription: guarded(events.subscription),
        ended: guarded(events.ended),
        refused: guarded(events.refused),
        dropped: (cause) => dropped('', cause),
        lost: () => dropped('downstream', 'not read in time'),
      },
      guards?.subscribers.subscribe,
    );
    opened({ close: () => downstream.close(0) });
    const beats = sockets.openHeartbeat({
      dropped: (cause) => dropped('heartbeat', cause),
      connected: (listener) => guards?.listeners.opened(listener),
      closed: (listener) => guards?.listeners.closed(listener),
    });
    opened({ close: () => beats.close(0) });
    const dialled = guarded<Parameters<Dialled>>((...attempt) => events.dialled?.(...attempt));
    const theirs =
      peer === undefined
        ? undefined
        : opened(sockets.connectHeartbeat(peer, guarded(events.peerBeat), guarded(events.peerLinkBroken), dialled));
    return { publishers: upstream, subscribers: downstream, heartbeat: beats, peerBeats: theirs };
  });

  function hearPublisher(topic: string, body: Uint8Array, publisher: Peer): boolean {
    if (closing.signal.aborted) return true;
    read += 1;
    const isLate = dropUntilMs !== undefined && platform.nowMs() < dropUntilMs;
    if (isLate) {
      dropped('', 'stood still');
      return true;
    }
    const refusal = guards?.publishers.publish(publisher, topic, body);
    if (refusal === undefined) return events.published(topic, body);
    if (guards?.publishers.reports(publisher) === true) events.rightRefused(refusal);
    else dropped('', refusal);
    return true;
  }

  /** Ends the dropping after a turn of the loop without messages. */
  function untilRead(readBefore: number): void {
    platform.afterTurn(() => {
      const overdue = dropUntilMs !== undefined && platform.nowMs() >= dropUntilMs;
      if (read === readBefore || overdue) dropUntilMs = undefined;
      else untilRead(read);
    });
  }

  async function probe(endpoint: BrokerEndpoint): Promise<void> {
    const met = await sockets.probePeer(endpoint, closing.signal);
    guarded(events.peerProbed)(met);
  }

  async function bindOne(name: string, port: number, bindIt: () => Promise<void>): Promise<void> {
    try {
      await bindIt();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`cannot bind the ${name} port ${bind}:${port}: ${reason}`, { cause: error });
    }
  }

  const stopWatching = sockets.watchConnections(platform, guarded(events.connectionsRefused));

  function closeAll(): Promise<unknown> {
    closing.abort();
    stopWatching();
    // The last beat says that this broker is leaving.
    return Promise.all([peerBeats?.close(), publishers.close(0), subscribers.close(0), heartbeat.close(lastBeatMs)]);
  }

  async function close(): Promise<void> {
    closed ??= closeAll();
    await closed;
  }

  return {
    async bind() {
      if (closed !== undefined) return;
      const { publishPort, subscribePort, heartbeatPort } = ports;
      const bound = await Promise.allSettled([
        bindOne('publish', publishPort, () => publishers.bind(bind, publishPort)),
        bindOne('subscribe', subscribePort, () => subscribers.bind(bind, subscribePort)),
        bindOne('heartbeat', heartbeatPort, () => heartbeat.bind(bind, heartbeatPort)),
      ]);
      const failed = bound.find((one) => one.status === 'rejected');
      if (failed === undefined) return;
      await close();
      throw failed.reason;
    },
    forward: subscribers.send,
    subscribe: publishers.subscribe,
    unsubscribe: publishers.unsubscribe,
    beat: heartbeat.send,
    dropQueued() {
      dropUntilMs = platform.nowMs() + dropMaxMs;
      untilRead(read);
    },
    recheckKeys() {
      if (guards === undefined) return;
      publishers.recheck((publicKey) => guards.refusalOf(publicKey, 'publish'));
      subscribers.recheck((publicKey) => guards.refusalOf(publicKey, 'subscribe'));
      heartbeat.recheck((publicKey) => guards.refusalOf(publicKey, 'heartbeat'));
    },
    probePeer() {
      if (peer !== undefined) void probe(peer);
    },
    load() {
      const [toPublishers, toSubscribers] = [publishers.load(), subscribers.load()];
      return {
        publishers: toPublishers.ready,
        subscribers: toSubscribers.ready,
        unsentBytes: toPublishers.unsentBytes + toSubscribers.unsentBytes,
      };
    },
    close,
  };
}
