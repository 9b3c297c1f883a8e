import { addressLength, topicPrefix } from '@cateto/contracts';
import type { Platform } from '../link.ts';
import { readFrames } from '../read-frames.ts';
import type { Tally } from '../tally.ts';
import type { RelaySockets } from './bind.ts';
import type { Upstream } from './upstream.ts';
import { topicBytesMax } from './upstream.ts';

/*
 * The data path of a broker: whole messages from publishers to subscribers, subscriptions the other way. In JavaScript
 * and not in libzmq's proxy, so that a heartbeat means that the thing that forwards is alive.
 */

export interface Forwarding {
  /** Forwards all subscriptions upstream, the marker last. */
  activate(epoch: number): void;
  /** Withdraws the marker, then the rest. */
  deactivate(): void;
  /** Drops what has arrived and was not forwarded yet. */
  dropQueued(): void;
  counters(): Record<string, number>;
  close(): Promise<void>;
}

export interface ForwardingParts extends RelaySockets {
  readonly upstream: Upstream;
  readonly platform: Platform;
  readonly dropped: Tally;
}

const subscribeByte = 1;
const unsubscribeByte = 0;
/** Messages forwarded before timers and other sockets get their turn. */
const burst = 500;
/** Reading what waited takes a few microseconds a message; whatever is read later than this came later. */
const dropMaxMs = 250;
const prefixBytes = Buffer.from(topicPrefix);
const dot = '.'.charCodeAt(0);

export function createForwarding(parts: ForwardingParts): Forwarding {
  const { publishers, subscribers, upstream, platform, dropped } = parts;
  let active = false;
  let closed = false;
  let forwarded = 0;
  /** Until then what arrives is dropped, unless the queue is empty before; undefined when nothing is to be dropped. */
  let dropUntilMs: number | undefined;
  /** The loop has let others have their turn, and more may be waiting to be read. */
  let yielding = false;

  const lost = (where: string) => (error: unknown) => {
    if (!closed) dropped.count(where, error instanceof Error ? error.message : String(error));
  };
  const lostDown = lost('downstream');
  const lostUp = lost('upstream');

  function send(byte: number, topics: readonly string[]): void {
    for (const topic of topics) {
      publishers.send(Buffer.concat([Buffer.of(byte), Buffer.from(topic, 'latin1')])).catch(lostUp);
    }
  }

  let inBurst = 0;

  function forward(frames: readonly Buffer[]): Promise<void> | undefined {
    const [topic, body] = frames;
    if (frames.length !== 2 || topic === undefined || body === undefined) {
      dropped.count('', `${frames.length} frames`);
    } else if (!isTopic(topic)) {
      dropped.count('', 'no topic');
    } else if (dropUntilMs !== undefined && platform.nowMs() < dropUntilMs) {
      dropped.count('', 'stood still');
    } else {
      forwarded += 1;
      subscribers.send([topic, body]).catch(lostDown);
    }
    inBurst += 1;
    return inBurst < burst ? undefined : othersTurn();
  }

  async function othersTurn(): Promise<void> {
    inBurst = 0;
    yielding = true;
    await new Promise<void>((resolve) => setImmediate(resolve));
    yielding = false;
  }

  /**
   * Ends the dropping once the loop waits for something to read. (Never ask the socket whether it is readable: that takes
   * away the signal on which its pending receive waits.)
   */
  function untilRead(): void {
    platform.afterTurn(() => {
      const overdue = dropUntilMs !== undefined && platform.nowMs() >= dropUntilMs;
      if (yielding && !overdue) untilRead();
      else dropUntilMs = undefined;
    });
  }

  /** Each frame by itself: libzmq takes a later frame of a message for a subscription just as it does the first. */
  function learn(frames: readonly Buffer[]): undefined {
    for (const frame of frames) {
      const byte = frame[0];
      // Long enough to be seen to be too long: up to a megabyte of it need not become a string.
      const topic = frame.toString('latin1', 1, topicBytesMax + 2);
      if (byte === subscribeByte) send(byte, upstream.subscribed(topic));
      else if (byte === unsubscribeByte) send(byte, upstream.unsubscribed(topic));
      else dropped.count('', 'no subscription');
    }
  }

  const loops = Promise.all([readFrames(publishers, forward), readFrames(subscribers, learn)]);

  return {
    activate(epoch) {
      active = true;
      send(subscribeByte, upstream.activate(epoch));
    },
    deactivate() {
      if (!active) return;
      active = false;
      send(unsubscribeByte, upstream.deactivate());
    },
    dropQueued() {
      dropUntilMs = platform.nowMs() + dropMaxMs;
      untilRead();
    },
    counters: () => ({ forwarded, dropped: dropped.total(), ...upstream.counters() }),
    async close() {
      closed = true;
      await parts.close();
      await loops;
    },
  };
}

/** Whether it begins and ends like a topic. To read every one whole would cost as much as to forward it. */
function isTopic(topic: Buffer): boolean {
  return (
    topic.length <= topicBytesMax &&
    topic[topic.length - addressLength - 1] === dot &&
    prefixBytes.compare(topic, 0, prefixBytes.length) === 0
  );
}
