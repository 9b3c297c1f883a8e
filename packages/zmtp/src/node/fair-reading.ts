import type { Socket } from 'node:net';
import { timers } from './timers.ts';

/*
 * Reads the connections of a process in turns. The kernel may have two megabytes for each connection, and Node reads all
 * of it before any timer runs: a few peers that sent as fast as they could kept a broker from its beats for longer than
 * the other one waits for them, and a participant from its requests. So reading has a share of each turn of the event
 * loop. Bytes that do not fit wait for the next turn, one chunk of each connection at a time. Their connection is not
 * read meanwhile.
 */

interface Reader {
  readonly socket: Socket;
  readonly chunks: Buffer[];
  take(chunk: Buffer): void;
}

/** The share of a turn. Beats are due every 50 ms, and the other broker misses the fourth. */
const shareMs = 10;
/** So little is not worth a turn in which the loop does not wait. */
const noticeMs = 1;

const waiting: Reader[] = [];
let spentMs = 0;
let scheduled = false;

/**
 * @param heard gets all bytes of the socket, in order; the last ones before the socket reports its close. They may be
 *   overwritten when it has returned
 * @returns takes a chunk that the socket has read, and copies it if it has to wait
 */
export function createFairReader(
  socket: Socket,
  heard: (bytes: Buffer, nowMs: number) => void,
): (chunk: Buffer) => void {
  const reader: Reader = {
    socket,
    chunks: [],
    take(chunk) {
      const startMs = timers.monotonicMs();
      heard(chunk, startMs);
      spentMs += timers.monotonicMs() - startMs;
    },
  };
  socket.once('close', () => {
    for (const chunk of reader.chunks.splice(0)) reader.take(chunk);
  });
  return (chunk) => {
    if (reader.chunks.length === 0 && spentMs < shareMs) {
      reader.take(chunk);
    } else {
      if (reader.chunks.push(Buffer.from(chunk)) === 1) waiting.push(reader);
      socket.pause();
    }
    if (spentMs >= noticeMs) schedule();
  };
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  timers.setImmediate(nextTurn);
}

function nextTurn(): void {
  scheduled = false;
  spentMs = 0;
  while (spentMs < shareMs) {
    const reader = waiting.shift();
    if (reader === undefined) break;
    const chunk = reader.chunks.shift();
    if (chunk !== undefined) reader.take(chunk);
    if (reader.chunks.length > 0) waiting.push(reader);
    else reader.socket.resume();
  }
  if (waiting.length > 0) schedule();
}
