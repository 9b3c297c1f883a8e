import { topicPrefix } from '@cateto/contracts';
import type { Platform } from '../link.ts';
import type { Tally } from '../tally.ts';
import type { RelaySockets } from './bind.ts';
import type { Upstream } from './upstream.ts';

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
const prefixBytes = Buffer.from(topicPrefix);

export function createForwarding(parts: ForwardingParts): Forwarding {
  const { publishers, subscribers, upstream, platform, dropped } = parts;
  let active = false;
  let closed = false;
  let forwarded = 0;
  let dropping = false;

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

  async function forward(): Promise<void> {
    let inBurst = 0;
    for await (const frames of publishers) {
      const [topic, body] = frames;
      if (frames.length !== 2 || topic === undefined || body === undefined) {
        dropped.count('', `${frames.length} frames`);
      } else if (!isTopic(topic)) {
        dropped.count('', 'no topic');
      } else if (dropping) {
        dropped.count('', 'stood still');
      } else {
        forwarded += 1;
        subscribers.send(frames).catch(lostDown);
      }
      inBurst += 1;
      if (inBurst < burst) continue;
      inBurst = 0;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  async function learn(): Promise<void> {
    for await (const [frame] of subscribers) {
      if (frame === undefined || frame.length === 0) continue;
      const topic = frame.toString('latin1', 1);
      if (frame[0] === subscribeByte) send(subscribeByte, upstream.subscribed(topic));
      else if (frame[0] === unsubscribeByte) send(unsubscribeByte, upstream.unsubscribed(topic));
    }
  }

  /** Ends the dropping once what was queued is read. */
  function untilRead(): void {
    platform.afterTurn(() => {
      if (!closed && publishers.readable) untilRead();
      else dropping = false;
    });
  }

  const loops = Promise.all([forward(), learn()]);

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
      dropping = true;
      untilRead();
    },
    counters: () => ({ forwarded, dropped: dropped.total(), ...upstream.counters() }),
    async close() {
      closed = true;
      parts.close();
      await loops;
    },
  };
}

function isTopic(topic: Buffer): boolean {
  return topic.length > prefixBytes.length && prefixBytes.equals(topic.subarray(0, prefixBytes.length));
}
