import type { BrokerEndpoint } from '@cateto/contracts';
import { openAll, whileOpen } from '../closing.ts';
import { isMarker } from './is-marker.ts';
import type { Platform } from '../link.ts';
import { readMessages } from './read-messages.ts';
import { connectHeartbeat, openHeartbeat, openXPublisher, openXSubscriber } from './sockets.ts';
import { watchFileHandles } from './file-handles.ts';
import { probePeer } from './peer-probe.ts';
import type { BrokerLink, BrokerLinkEvents } from '../broker-link.ts';

/** Reading the messages that waited takes a few microseconds each. Messages read after this time arrived later. */
const dropMaxMs = 250;
/** How long the last beat may take to leave. */
const lastBeatMs = 100;

export interface ZeromqBrokerLinkOptions {
  /** The address to bind. */
  readonly bind: string;
  readonly ports: BrokerEndpoint;
  /** The other broker, if there is one. */
  readonly peer: BrokerEndpoint | undefined;
  readonly platform: Platform;
}

export interface ZeromqBrokerLink extends BrokerLink {
  /** @throws Error that names the address and port that cannot be bound, and why; everything is closed then */
  bind(): Promise<void>;
}

/**
 * The three sockets of a broker, not bound yet, and its connection to the heartbeat of the other broker, if there is
 * one.
 */
export function openZeromqBrokerLink(options: ZeromqBrokerLinkOptions, events: BrokerLinkEvents): ZeromqBrokerLink {
  const { bind, ports, peer, platform } = options;
  const closing = new AbortController();
  /** Messages are dropped until this time, or until a turn brings none; undefined when nothing is to be dropped. */
  let dropUntilMs: number | undefined;
  let read = 0;

  const guarded = whileOpen(() => closing.signal.aborted);
  const dropped = guarded(events.dropped);

  const { publishers, subscribers, heartbeat, peerBeats, reading } = openAll((opened) => {
    opened({ close: () => closing.abort() });
    const upstream = openXSubscriber(isMarker, {
      message: hearPublisher,
      connected: () => undefined,
      dropped: (cause) => dropped('', cause),
    });
    opened({ close: () => upstream.close(0) });
    const downstream = openXPublisher({
      subscription: guarded(events.subscription),
      ended: guarded(events.ended),
      refused: guarded(events.refused),
      dropped: (cause) => dropped('', cause),
      lost: () => dropped('downstream', 'not read in time'),
    });
    opened({ close: () => downstream.close(0) });
    const beats = openHeartbeat((cause) => dropped('heartbeat', cause));
    opened({ close: () => beats.close(0) });
    const dialled = guarded((one: string, fault: string | undefined) => events.dialled?.(one, fault));
    const theirs =
      peer === undefined ? undefined : opened(connectHeartbeat(peer, guarded(events.peerLinkBroken), dialled));
    return {
      publishers: upstream,
      subscribers: downstream,
      heartbeat: beats,
      peerBeats: theirs,
      reading: theirs === undefined ? undefined : readMessages(theirs, guarded(hearPeer)),
    };
  });

  function hearPublisher(topic: string, body: Uint8Array): boolean {
    if (closing.signal.aborted) return true;
    read += 1;
    if (dropUntilMs === undefined || platform.nowMs() >= dropUntilMs) return events.published(topic, body);
    dropped('', 'stood still');
    return true;
  }

  function hearPeer([body]: readonly Buffer[]): void {
    if (body !== undefined) events.peerBeat(body);
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
    const met = await probePeer(endpoint, closing.signal);
    guarded(events.peerProbed)(met);
  }

  async function bindOne(name: string, port: number, bindIt: () => Promise<void>): Promise<void> {
    try {
      await bindIt();
    } catch (error) {
      await close();
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`cannot bind the ${name} port ${bind}:${port}: ${reason}`, { cause: error });
    }
  }

  const stopWatching = watchFileHandles(platform, guarded(events.connectionsRefused));

  async function close(): Promise<void> {
    closing.abort();
    stopWatching();
    peerBeats?.close();
    // The last beat says that this broker is leaving.
    await Promise.all([publishers.close(0), subscribers.close(0), heartbeat.close(lastBeatMs), reading]);
  }

  return {
    async bind() {
      const { publishPort, subscribePort, heartbeatPort } = ports;
      await bindOne('publish', publishPort, () => publishers.bind(bind, publishPort));
      await bindOne('subscribe', subscribePort, () => subscribers.bind(bind, subscribePort));
      await bindOne('heartbeat', heartbeatPort, () => heartbeat.bind(bind, heartbeatPort));
    },
    forward: subscribers.send,
    subscribe: publishers.subscribe,
    unsubscribe: publishers.unsubscribe,
    beat: heartbeat.send,
    dropQueued() {
      dropUntilMs = platform.nowMs() + dropMaxMs;
      untilRead(read);
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
