import { once } from 'node:events';
import { Socket, createServer } from 'node:net';

/*
 * A link that is far or slow: ports on this machine behind which other ports seem to be. The kernels of small virtual
 * machines cannot delay packets (`tc netem`), so this forwards the bytes of TCP connections. All connections share the
 * link, as they share a cable: each piece leaves after the one before it.
 */

export interface SlowLinkOptions {
  /** The round trip, in milliseconds. */
  readonly roundTripMs: number;
  /** The bits per second in each direction; unless given, any number. */
  readonly bitsPerSecond?: number | undefined;
}

export interface SlowLink {
  /** @returns a port on this machine behind which `port` is */
  to(port: number): Promise<number>;
  /** How many connections were established to the port that is behind the link. */
  connections(port: number): number;
  close(): Promise<void>;
}

/** A piece is one packet. */
const pieceBytes = 1_448;
/** The smallest window of a connection. The window is twice the bytes that the link carries in a round trip. */
const windowBytesMin = 65_536;
const bitsPerByte = 8;
const host = '127.0.0.1';

export function createSlowLink({ roundTripMs, bitsPerSecond = Number.POSITIVE_INFINITY }: SlowLinkOptions): SlowLink {
  const servers: ReturnType<typeof createServer>[] = [];
  const counts = new Map<number, number>();
  const sockets = new Set<Socket>();
  const [there, back] = [0, 1].map(() => createDirection(roundTripMs / 2, (bitsPerByte * 1_000) / bitsPerSecond));

  function accept(near: Socket, port: number): void {
    near.setNoDelay(true);
    counts.set(port, (counts.get(port) ?? 0) + 1);
    const far = new Socket();
    far.setNoDelay(true);
    for (const one of [near, far]) {
      sockets.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => sockets.delete(one));
    }
    // The near side is connected already, a round trip too early. The far side learns of it as late as it should.
    there?.carry(0, () => {
      if (!far.destroyed) far.connect({ host, port });
    });
    there?.join(near, far);
    back?.join(far, near);
  }

  return {
    async to(port) {
      const server = createServer((near) => accept(near, port));
      servers.push(server);
      server.listen(0, host);
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      return address.port;
    },
    connections: (port) => counts.get(port) ?? 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => void server.close(resolve))));
    },
  };
}

interface Direction {
  /** Runs when so many bytes have passed, after all before them. */
  carry(bytes: number, arrive: () => void): void;
  /** Carries all bytes of a connection, and its end. */
  join(from: Socket, to: Socket): void;
}

function createDirection(delayMs: number, msPerByte: number): Direction {
  const underWay: { readonly dueMs: number; readonly arrive: () => void }[] = [];
  const windowBytes = Math.max(windowBytesMin, (4 * delayMs) / msPerByte || 0);
  let freeAtMs = 0;

  function pump(): void {
    for (let [first] = underWay; first !== undefined; [first] = underWay) {
      const leftMs = first.dueMs - performance.now();
      if (leftMs > 0) return void setTimeout(pump, leftMs);
      underWay.shift();
      first.arrive();
    }
  }

  function carry(bytes: number, arrive: () => void): void {
    freeAtMs = Math.max(freeAtMs, performance.now()) + bytes * msPerByte;
    if (underWay.push({ dueMs: freeAtMs + delayMs, arrive }) === 1) setTimeout(pump, delayMs);
  }

  return {
    carry,
    join(from, to) {
      let bytesUnderWay = 0;
      from.on('data', (chunk: Buffer) => {
        for (let at = 0; at < chunk.length; at += pieceBytes) {
          const piece = chunk.subarray(at, at + pieceBytes);
          bytesUnderWay += piece.length;
          carry(piece.length, () => {
            bytesUnderWay -= piece.length;
            if (bytesUnderWay < windowBytes) from.resume();
            if (to.writable || to.connecting) to.write(piece);
          });
        }
        if (bytesUnderWay >= windowBytes) from.pause();
      });
      from.on('end', () => carry(0, () => to.end()));
      from.on('close', () => carry(0, () => to.destroy()));
    },
  };
}
