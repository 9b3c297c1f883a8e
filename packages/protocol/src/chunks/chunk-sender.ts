/*
 * The sender of bodies that are larger than one chunk (docs/wire.md, "Chunks"). It decides which chunk leaves next, so
 * that small messages, which do not pass through here, leave between the chunks.
 *
 * Rules:
 * - The bodies for one peer leave one after the other, each in order. Different peers take turns, chunk by chunk.
 * - At most so many chunks are unconfirmed for each peer. Messages do not overtake each other on one path, so a
 *   confirmation of one chunk says that no earlier one is in flight any more.
 * - A message is here until its peer has the whole body. Until then, a copy is not added, and a server goes on naming the
 *   request of an answer in its beats. If the peer says that it has dropped the body, or confirms a later body, the body
 *   is sent again with a new number.
 * - While nothing is confirmed, queries ask what has arrived, because the last chunks or their confirmation may be lost.
 *   The first one leaves at once when the brokers change. A query is an empty chunk.
 * - A message is lost when its peer confirms nothing for long, when its body was dropped again and again, or when too many
 *   bytes wait. The machine that sent it notices that, as with any other message.
 */
import { chunkAt, chunkCount, limits } from '@cateto/contracts';
import type {
  Begun,
  ChunkSender,
  ChunkSenderConfig,
  Entry,
  LargeMessage,
  Leaving,
  Peer,
} from './chunk-sender-types.ts';

const queryFirstMs = 250;
const queryLastMs = 4_000;
/** Eight senders with as much in flight to one receiver on a link of 2 Mbit/s get a confirmation each in this time. */
const silentMs = 2_000;
/** As long as a peer may take none of the bytes that wait for it at a broker. */
const giveUpMs = 15_000;
/** A receiver that drops a body so often has no memory for it. */
const dropsMax = 8;
const never = Number.POSITIVE_INFINITY;
const nothing = new Uint8Array();
const none: readonly number[] = [];

function isSilent({ unconfirmed, heardMs }: Peer, nowMs: number): boolean {
  return unconfirmed > 0 && heardMs + silentMs <= nowMs;
}

/** The body of which chunks are still to leave. */
function current({ begun }: Peer): Begun | undefined {
  const last = begun.at(-1);
  return last === undefined || last.isOver || last.next === last.count ? undefined : last;
}

function query({ begun }: Peer): Leaving | undefined {
  const last = begun.at(-1);
  if (last === undefined) return undefined;
  const { topic, to } = last.entry;
  return { type: 'chunk', topic, to, body: last.body, index: last.next - 1, count: last.count, bytes: nothing };
}

export function createChunkSender({
  encode,
  lost,
  unconfirmedMax = limits.unconfirmedBytesMax / limits.chunkBytes,
  waitingMax = limits.waitingBytesMax,
}: ChunkSenderConfig): ChunkSender {
  const peers = new Map<string, Peer>();
  /** Those that may send, by whose turn it is. */
  const ready = new Set<Peer>();
  let bodies = 0;
  let messages = 0;
  let bytes = 0;
  let isLinked = false;

  function peerAt(address: string): Peer {
    const known = peers.get(address);
    if (known !== undefined) return known;
    const queries = { heardMs: 0, queryDueMs: never, queryEveryMs: queryFirstMs, isQueryDue: false };
    const peer: Peer = { address, entries: new Map(), waiting: [], begun: [], unconfirmed: 0, ...queries };
    peers.set(address, peer);
    return peer;
  }

  function check(peer: Peer): void {
    const hasMore = peer.waiting.length > 0 || current(peer) !== undefined;
    if (isLinked && (peer.isQueryDue || (hasMore && peer.unconfirmed < unconfirmedMax))) ready.add(peer);
    else ready.delete(peer);
    if (peer.entries.size === 0 && peer.begun.length === 0) peers.delete(peer.address);
  }

  /** The message is over, whatever became of it. */
  function end(peer: Peer, entry: Entry): void {
    if (!peer.entries.delete(entry.key)) return;
    bytes -= entry.bytes;
    messages -= 1;
  }

  function drop(peer: Peer): void {
    for (const entry of peer.entries.values()) {
      end(peer, entry);
      lost(entry);
    }
    peer.waiting.length = 0;
    peer.begun.length = 0;
    peer.unconfirmed = 0;
    peer.isQueryDue = false;
    check(peer);
  }

  /** Room for one more message, if need be that of a peer that confirms nothing. */
  function makeRoom(more: number, nowMs: number): boolean {
    for (const peer of peers.values()) {
      if (bytes + more <= waitingMax) break;
      if (isSilent(peer, nowMs)) drop(peer);
    }
    return bytes === 0 || bytes + more <= waitingMax;
  }

  function awaitConfirmation(peer: Peer, nowMs: number): void {
    peer.heardMs = nowMs;
    peer.queryEveryMs = queryFirstMs;
    peer.queryDueMs = nowMs + queryFirstMs;
    peer.isQueryDue = false;
  }

  function begin(peer: Peer, entry: Entry): Begun | Leaving | undefined {
    const encoded = entry.encoded ?? encode(entry);
    if (encoded === undefined || chunkCount(encoded.length) < 2) {
      end(peer, entry);
      // Its upper bound was larger than it is.
      return encoded && { type: 'whole', topic: entry.topic, to: entry.to, body: encoded };
    }
    entry.encoded = encoded;
    bodies += 1;
    const count = chunkCount(encoded.length);
    const begun: Begun = { entry, body: bodies, count, encoded, next: 0, confirmed: 0, isOver: false };
    peer.begun.push(begun);
    return begun;
  }

  function chunkOf(peer: Peer, begun: Begun, nowMs: number): Leaving {
    const { body, count, encoded, next: index } = begun;
    const { topic, to } = begun.entry;
    if (peer.unconfirmed === 0) awaitConfirmation(peer, nowMs);
    peer.unconfirmed += 1;
    begun.next += 1;
    return { type: 'chunk', topic, to, body, index, count, bytes: chunkAt(encoded, index) };
  }

  function nextOf(peer: Peer, nowMs: number): Leaving | undefined {
    if (peer.isQueryDue) {
      peer.isQueryDue = false;
      return query(peer);
    }
    const [waiting] = peer.waiting;
    const begun = current(peer) ?? (waiting && begin(peer, waiting));
    if (begun === undefined || 'type' in begun) {
      peer.waiting.shift();
      return begun;
    }
    if (begun.next === 0) peer.waiting.shift();
    return chunkOf(peer, begun, nowMs);
  }

  /** The peer does not join the body. */
  function again(peer: Peer, begun: Begun): void {
    const { entry, isOver } = begun;
    begun.isOver = true;
    if (isOver || peer.entries.get(entry.key) !== entry) return;
    entry.drops += 1;
    if (entry.drops < dropsMax) return void peer.waiting.unshift(entry);
    end(peer, entry);
    lost(entry);
  }

  /** Its chunks that are in flight still count. */
  function withdraw(peer: Peer, kind: LargeMessage['kind'], seq: number): void {
    for (const entry of peer.entries.values()) {
      if (entry.seq !== seq || entry.kind !== kind) continue;
      end(peer, entry);
      const at = peer.waiting.indexOf(entry);
      if (at >= 0) peer.waiting.splice(at, 1);
      for (const one of peer.begun) if (one.entry === entry) one.isOver = true;
    }
    const last = peer.begun.at(-1);
    if (last?.isOver === true && last.confirmed === last.next) peer.begun.pop();
    check(peer);
  }

  function queryDue(peer: Peer, nowMs: number): void {
    peer.isQueryDue = true;
    peer.queryDueMs = nowMs + peer.queryEveryMs;
    peer.queryEveryMs = Math.min(2 * peer.queryEveryMs, queryLastMs);
    check(peer);
  }

  return {
    add(large, nowMs) {
      const key = `${large.topic} ${String(large.seq)}`;
      if (peers.get(large.to)?.entries.has(key) === true) return;
      if (!makeRoom(large.bytes, nowMs)) return lost(large);
      const peer = peerAt(large.to);
      const entry: Entry = { ...large, key, encoded: undefined, drops: 0 };
      peer.entries.set(key, entry);
      peer.waiting.push(entry);
      bytes += entry.bytes;
      messages += 1;
      check(peer);
    },
    isReady: () => ready.size > 0,
    next(nowMs) {
      for (const peer of ready) {
        ready.delete(peer);
        const leaving = nextOf(peer, nowMs);
        check(peer);
        if (leaving !== undefined) return leaving;
      }
      return undefined;
    },
    confirmed(by, body, chunks, isDropped, nowMs) {
      const peer = peers.get(by);
      const at = peer?.begun.findIndex((one) => one.body === body) ?? -1;
      const found = peer?.begun[at];
      if (peer === undefined || found === undefined || chunks > found.next) return false;
      for (const earlier of peer.begun.splice(0, at).toReversed()) {
        peer.unconfirmed -= earlier.next - earlier.confirmed;
        again(peer, earlier);
      }
      const confirmed = Math.max(found.confirmed, chunks);
      peer.unconfirmed -= confirmed - found.confirmed;
      found.confirmed = confirmed;
      if (isDropped) again(peer, found);
      if (confirmed === found.count && !found.isOver) end(peer, found.entry);
      if (confirmed === found.next && (found.isOver || confirmed === found.count)) peer.begun.shift();
      awaitConfirmation(peer, nowMs);
      check(peer);
      return true;
    },
    withdrawRequest(seq) {
      for (const peer of peers.values()) withdraw(peer, 'request', seq);
    },
    withdrawAnswer(to, seq) {
      const peer = peers.get(to);
      if (peer !== undefined) withdraw(peer, 'answer', seq);
    },
    forget(address) {
      const peer = peers.get(address);
      if (peer !== undefined) drop(peer);
    },
    brokersChanged(held, nowMs) {
      isLinked = held > 0;
      for (const peer of peers.values()) {
        awaitConfirmation(peer, nowMs);
        if (peer.unconfirmed > 0) queryDue(peer, nowMs);
        check(peer);
      }
    },
    tick(nowMs) {
      for (const peer of peers.values()) {
        if (peer.unconfirmed === 0) continue;
        if (peer.heardMs + giveUpMs <= nowMs) drop(peer);
        else if (peer.queryDueMs <= nowMs) queryDue(peer, nowMs);
      }
    },
    deadlineMs() {
      if (peers.size === 0) return undefined;
      let dueMs = never;
      for (const { unconfirmed, queryDueMs, heardMs } of peers.values()) {
        if (unconfirmed > 0) dueMs = Math.min(dueMs, queryDueMs, heardMs + giveUpMs);
      }
      return dueMs === never ? undefined : dueMs;
    },
    isSending(to, seq, nowMs) {
      const peer = peers.get(to);
      if (peer === undefined || isSilent(peer, nowMs)) return false;
      for (const entry of peer.entries.values()) if (entry.seq === seq && entry.kind === 'request') return true;
      return false;
    },
    answersTo(address) {
      const peer = messages === 0 ? undefined : peers.get(address);
      if (peer === undefined) return none;
      const answers = [...peer.entries.values()].filter(({ kind }) => kind === 'answer');
      return answers.map(({ seq }) => seq).toSorted((one, other) => one - other);
    },
    size: () => messages,
  };
}
