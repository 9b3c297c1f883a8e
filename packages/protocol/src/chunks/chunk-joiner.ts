/*
 * Joins chunks to bodies (docs/wire.md, "Chunks"), so that everything above sees whole messages.
 *
 * Rules:
 * - The bodies of one sender arrive one after the other, each in order. So at most one body of each sender is incomplete.
 * - A chunk out of order means that another one was lost: the body is dropped. Its sender learns that from the
 *   confirmation of any later chunk, and sends the body again with a new number.
 * - While two brokers forward, copies arrive; they are ignored.
 * - Every chunk is confirmed, useful or not: the sender counts what is in flight.
 * - A body takes memory only for the chunks that have arrived. All incomplete bodies together are bounded in bytes: the
 *   one that has waited longest for its next chunk is dropped first. A body that waits for too long is dropped too.
 */
import type { Chunk } from '@cateto/contracts';
import { limits } from '@cateto/contracts';

/**
 * What became of a chunk: it completed its body, is kept or was a copy, or its body is dropped. The memory of a body is
 * reused for the next complete body.
 */
export type Taken = Uint8Array | 'kept' | 'dropped';

export interface ChunkJoiner {
  /** @param stream names the sender, and the receiver if there are several */
  take(stream: string, chunk: Chunk, nowMs: number): Taken;
  /** Drops bodies that have waited too long. */
  tick(nowMs: number): void;
  deadlineMs(): number | undefined;
  /** How many bodies are incomplete, and the bytes of their chunks. */
  size(): number;
  bytes(): number;
}

interface Incomplete {
  readonly body: number;
  readonly count: number;
  readonly chunks: Uint8Array[];
  bytes: number;
  heardMs: number;
}

/** The last body of a stream that is not incomplete. */
interface Ended {
  readonly body: number;
  readonly isWhole: boolean;
}

/** A sender that has not sent the next chunk by then has given the body up, or is gone. */
const patienceMs = 10_000;

export function createChunkJoiner(
  bytesMax: number = limits.incompleteBodiesBytesMax,
  endedMax: number = limits.requestersMax,
): ChunkJoiner {
  /** The one that was heard last is the last. */
  const streams = new Map<string, Incomplete>();
  const ended = new Map<string, Ended>();
  let bytes = 0;
  /** The memory of the last complete body. New memory for each body made the garbage collector run more often. */
  let room = new Uint8Array();

  function end(stream: string, body: number, isWhole: boolean): void {
    ended.delete(stream);
    ended.set(stream, { body, isWhole });
    if (ended.size <= endedMax) return;
    for (const first of ended.keys()) return void ended.delete(first);
  }

  function leave(stream: string, incomplete: Incomplete, isWhole: boolean): void {
    bytes -= incomplete.bytes;
    streams.delete(stream);
    end(stream, incomplete.body, isWhole);
  }

  function oldest(): readonly [string, Incomplete] | undefined {
    for (const one of streams) return one;
    return undefined;
  }

  /** The first thing that is heard of a body. */
  function begin(stream: string, { body, index, count, bytes: first }: Chunk, nowMs: number): Incomplete | Taken {
    const last = ended.get(stream);
    if (last !== undefined && body <= last.body) return body === last.body && last.isWhole ? 'kept' : 'dropped';
    if (index > 0 || first.length === 0) {
      end(stream, body, false);
      return 'dropped';
    }
    return { body, count, chunks: [], bytes: 0, heardMs: nowMs };
  }

  function join({ chunks, bytes: size }: Incomplete): Uint8Array {
    // Twice the size, so that values that grow do not need new memory each time.
    if (room.length < size) room = new Uint8Array(Math.max(size, Math.min(2 * size, limits.bodyBytesMax)));
    let at = 0;
    for (const chunk of chunks) {
      room.set(chunk, at);
      at += chunk.length;
    }
    return room.subarray(0, size);
  }

  function add(stream: string, incomplete: Incomplete, chunk: Uint8Array, nowMs: number): Taken {
    incomplete.chunks.push(chunk);
    incomplete.bytes += chunk.length;
    incomplete.heardMs = nowMs;
    bytes += chunk.length;
    if (incomplete.chunks.length === incomplete.count) {
      leave(stream, incomplete, true);
      return join(incomplete);
    }
    streams.delete(stream);
    streams.set(stream, incomplete);
    for (let first = oldest(); bytes > bytesMax && first !== undefined; first = oldest()) leave(...first, false);
    return streams.has(stream) ? 'kept' : 'dropped';
  }

  return {
    take(stream, chunk, nowMs) {
      const { body, index, count } = chunk;
      const known = streams.get(stream);
      if (known !== undefined && body < known.body) return 'dropped';
      if (known !== undefined && body > known.body) leave(stream, known, false);
      const incomplete = known?.body === body ? known : begin(stream, chunk, nowMs);
      if (typeof incomplete === 'string' || incomplete instanceof Uint8Array) return incomplete;
      const arrived = incomplete.chunks.length;
      if (count === incomplete.count && index < arrived) return 'kept';
      // A query asks for chunks of which one is lost.
      const isLost = count !== incomplete.count || index > arrived || chunk.bytes.length === 0;
      if (!isLost) return add(stream, incomplete, chunk.bytes, nowMs);
      leave(stream, incomplete, false);
      return 'dropped';
    },
    tick(nowMs) {
      for (const [stream, incomplete] of streams) {
        if (incomplete.heardMs + patienceMs > nowMs) return;
        leave(stream, incomplete, false);
      }
    },
    deadlineMs() {
      if (streams.size === 0) return undefined;
      const found = oldest();
      return found === undefined ? undefined : found[1].heardMs + patienceMs;
    },
    size: () => streams.size,
    bytes: () => bytes,
  };
}
