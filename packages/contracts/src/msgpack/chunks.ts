import { isAddress } from '../topics/address.ts';
import { chunkBytes, chunksMax } from '../messages/limits.ts';
import { decodeWithViews, encodeShared } from './codec.ts';

/*
 * A chunk: a piece of a body that is larger than one chunk (docs/wire.md, "Chunks"). It travels as a body of its own, on
 * the topic of the whole: `[sender, body, index, count, bytes]`. Its sender is where a batch has its own, so a broker
 * treats both alike. No batch has five elements.
 */

export interface Chunk {
  readonly sender: string;
  /** Counts the bodies that its sender has sent in chunks, from 1. */
  readonly body: number;
  /** From 0. */
  readonly index: number;
  readonly count: number;
  /** The bytes of the body from `index * chunkBytes` on. Empty in a query, which only asks what has arrived. */
  readonly bytes: Uint8Array;
}

/** The first byte of a chunk: an array of five. */
const chunkHead = 0x95;

export function isChunk(body: Uint8Array): boolean {
  return body[0] === chunkHead;
}

/** @returns bytes that the next call overwrites. New memory for each chunk made the garbage collector run more often */
export function writeChunk({ sender, body, index, count, bytes }: Chunk): Uint8Array {
  return encodeShared([sender, body, index, count, bytes]);
}

/** @returns undefined when the bytes are not a chunk; its bytes keep at most twice their size in memory */
export function readChunk(encoded: Uint8Array): Chunk | undefined {
  const fields = decodeWithViews(encoded);
  if (!Array.isArray(fields) || fields.length !== 5) return undefined;
  const [sender, body, index, count, bytes] = fields as unknown[];
  if (typeof sender !== 'string' || !isAddress(sender) || !(bytes instanceof Uint8Array)) return undefined;
  if (!isWhole(body, 1, Number.MAX_SAFE_INTEGER) || !isWhole(count, 2, chunksMax)) return undefined;
  if (!isWhole(index, 0, count - 1)) return undefined;
  const isFull = bytes.length === chunkBytes || (index === count - 1 && bytes.length < chunkBytes);
  return isFull || bytes.length === 0 ? { sender, body, index, count, bytes: inOwnMemory(bytes) } : undefined;
}

/** A view keeps its whole buffer alive, and no bound counts the rest. */
function inOwnMemory(bytes: Uint8Array): Uint8Array {
  return 2 * bytes.length < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes;
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** How many chunks a body of this size has. */
export function chunkCount(bodyBytes: number): number {
  return Math.ceil(bodyBytes / chunkBytes);
}

/** The chunk of a body at an index; it shares the memory of the body. */
export function chunkAt(body: Uint8Array, index: number): Uint8Array {
  return body.subarray(index * chunkBytes, (index + 1) * chunkBytes);
}
