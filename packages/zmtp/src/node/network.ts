import type { LookupAddress } from 'node:dns';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Network, Stream, StreamUser, TakeStream } from '../network.ts';
import { createFairReader } from './fair-reading.ts';
import { addressesOf, isIPv6 } from './host-address.ts';
import { intoReadBuffer, takeAccepted } from './read-buffer.ts';
import { everyTick } from './ticker.ts';
import { timers } from './timers.ts';

/** More connections than start at once in a large system. The kernel has a bound of its own. */
const backlog = 4_096;

/** After this time without an answer, the next address of a name is tried. */
const nextAddressMs = 250;

function asFound(address: string): LookupAddress {
  return { address, family: isIPv6(address) ? 6 : 4 };
}

/** TCP of Node. */
export const nodeNetwork: Network = {
  nowMs: timers.monotonicMs,
  random: () => Math.random(),
  after(delayMs, run) {
    const timer = timers.setTimeout(run, delayMs);
    return () => timers.clearTimeout(timer);
  },
  everyTick,

  connect({ host, port }, timeoutMs, opened, over) {
    let user: StreamUser | undefined;
    const socket = connect({
      host,
      port,
      // All addresses of a name are tried, one after the other (RFC 8305).
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: nextAddressMs,
      lookup: (name, _options, found) => addressesOf(name, (fault, addresses) => found(fault, addresses.map(asFound))),
      noDelay: true,
      onread: intoReadBuffer((chunk) => take(chunk)),
    });
    const take = createFairReader(socket, (bytes, nowMs) => user?.heard(bytes, nowMs));
    let fault: string | undefined;
    const givingUp = timers.setTimeout(() => {
      fault = `no answer within ${timeoutMs} ms`;
      socket.destroy();
    }, timeoutMs);
    endOnError(socket);
    socket.once('error', (error) => {
      fault = textOf(error);
    });
    const ended = (): void => {
      timers.clearTimeout(givingUp);
      over(user === undefined ? fault : undefined);
    };
    socket.once('connect', () => {
      timers.clearTimeout(givingUp);
      user = attach(socket, opened);
      // The user of the stream is told first.
      socket.off('close', ended).once('close', ended);
    });
    socket.once('close', ended);
    return {
      abort() {
        if (user === undefined) socket.destroy();
      },
    };
  },

  listen({ host, port }, opened, fault) {
    const server = createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
      // The reader comes before the socket is attached: what was read comes before the close.
      const socket = takeAccepted(accepted, (taken) =>
        createFairReader(taken, (bytes, nowMs) => user.heard(bytes, nowMs)),
      );
      endOnError(socket);
      const user = attach(socket, opened);
      socket.resume();
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      addressesOf(host, (failed, [address]) => {
        if (failed !== null) return reject(failed);
        server.listen({ host: address, port, backlog, exclusive: true }, () => {
          server.off('error', reject);
          // A connection that cannot be accepted, for example because no file handle is left, does not affect the
          // others.
          server.on('error', ({ message }) => fault(message));
          // Node calls back when the last accepted connection has closed.
          resolve({ close: () => new Promise((closed) => void server.close(() => closed())) });
        });
      });
    });
  },
};

/** If a name has several addresses, the error has one for each, and no text of its own. */
function textOf(error: Error): string {
  if (!(error instanceof AggregateError) || error.message !== '') return error.message;
  return error.errors.map((each: Error) => each.message).join(', ');
}

/** Only the end of a connection matters, not its cause. Lost messages are resent (rule 2). */
function endOnError(socket: Socket): void {
  socket.on('error', () => socket.destroy());
}

/** Hands a connected socket to its user, and all events but the bytes that arrive. */
export function attach(socket: Socket, opened: TakeStream, nowMs: () => number = timers.monotonicMs): StreamUser {
  let closedByPeer = false;
  const user = opened(streamOf(socket));
  socket.on('drain', () => user.drained());
  socket.once('end', () => {
    closedByPeer = true;
  });
  // A process that ends with unread bytes in its kernel leaves a reset.
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') closedByPeer = true;
  });
  socket.once('close', () => user.closed(closedByPeer, nowMs()));
  return user;
}

function streamOf(socket: Socket): Stream {
  return {
    host: socket.remoteAddress,
    write: (bytes) => void socket.write(bytes),
    waiting: () => socket.writableLength,
    isFull: () => socket.writableNeedDrain,
    isWritable: () => socket.writable,
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
    keepAlive: (idleMs) => void socket.setKeepAlive(true, idleMs),
  };
}
