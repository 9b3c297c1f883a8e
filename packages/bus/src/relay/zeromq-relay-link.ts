import type { BrokerEndpoint } from '@cateto/contracts';
import type { Platform } from '../link.ts';
import { readFrames } from '../read-frames.ts';
import { connectHeartbeat } from '../sockets.ts';
import type { RelaySockets } from './bind.ts';
import { probePeer } from './peer-probe.ts';
import type { Frames, OpenRelayLink, RelayLink, RelayLinkEvents } from './relay-link.ts';

/** Messages forwarded before timers and other sockets get their turn. */
const burst = 500;
/** Reading what waited takes a few microseconds a message; whatever is read later than this came later. */
const dropMaxMs = 250;
const subscribeByte = Buffer.of(1);
const unsubscribeByte = Buffer.of(0);

/** A broker's sockets, bound, and its connection to the heartbeat of the other broker if there is one. */
export function zeromqRelayLink(
  sockets: RelaySockets,
  peer: BrokerEndpoint | undefined,
  platform: Platform,
): OpenRelayLink {
  return (events) => openZeromqRelayLink(sockets, peer, platform, events);
}

function openZeromqRelayLink(
  sockets: RelaySockets,
  peer: BrokerEndpoint | undefined,
  platform: Platform,
  events: RelayLinkEvents,
): RelayLink {
  const { publishers, subscribers, heartbeat } = sockets;
  const peerBeats = peer === undefined ? undefined : connectHeartbeat(peer);
  const closing = new AbortController();
  /** Until then what arrives is dropped, unless the queue is empty before; undefined when nothing is to be dropped. */
  let dropUntilMs: number | undefined;
  /** The loop has let others have their turn, and more may be waiting to be read. */
  let yielding = false;
  let inBurst = 0;

  const lost = (where: string) => (error: unknown) => {
    if (!closing.signal.aborted) events.dropped(where, error instanceof Error ? error.message : String(error));
  };
  const lostDown = lost('downstream');
  const lostUp = lost('upstream');
  const lostBeat = lost('heartbeat');

  function hear(frames: Frames): Promise<void> | undefined {
    if (dropUntilMs !== undefined && platform.nowMs() < dropUntilMs) events.dropped('', 'stood still');
    else events.published(frames);
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
  function learn(frames: Frames): undefined {
    for (const frame of frames) events.subscription(frame);
  }

  function hearPeer([body]: Frames): undefined {
    if (body !== undefined) events.peerBeat(body);
  }

  async function probe(endpoint: BrokerEndpoint): Promise<void> {
    const met = await probePeer(endpoint, closing.signal);
    if (!closing.signal.aborted) events.peerProbed(met);
  }

  peerBeats?.events.on('disconnect', () => events.peerLinkBroken());
  const loops = [readFrames(publishers, hear), readFrames(subscribers, learn)];
  if (peerBeats !== undefined) loops.push(readFrames(peerBeats, hearPeer));

  return {
    forward: (message) => void subscribers.send(message as Buffer[]).catch(lostDown),
    subscribe: (topic) => void publishers.send(Buffer.concat([subscribeByte, latin1(topic)])).catch(lostUp),
    unsubscribe: (topic) => void publishers.send(Buffer.concat([unsubscribeByte, latin1(topic)])).catch(lostUp),
    beat: (body) => void heartbeat.send(body as Buffer).catch(lostBeat),
    dropQueued() {
      dropUntilMs = platform.nowMs() + dropMaxMs;
      untilRead();
    },
    probePeer() {
      if (peer !== undefined) void probe(peer);
    },
    async close() {
      closing.abort();
      peerBeats?.close();
      await sockets.close();
      await Promise.all(loops);
    },
  };
}

function latin1(topic: string): Buffer {
  return Buffer.from(topic, 'latin1');
}
