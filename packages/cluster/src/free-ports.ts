import type { Server } from 'node:net';
import { createServer } from 'node:net';

/*
 * Ports for systems that run side by side on loopback. Each process counts through a slice of its own: two processes
 * that drew ports at random have met on one, between the test and the bind. A process holds the first port of its slice
 * as long as it lives, so no other process takes the same slice.
 *
 * All slices are below the range from which the kernel takes ports for outgoing connections (32768 and up on Linux).
 */
const lowest = 10_240;
const slicePorts = 128;
const slices = 176;

interface Slice {
  readonly first: number;
  /** How many of its ports were handed out or found taken; then the count begins anew. */
  counted: number;
}

let slice: Promise<Slice> | undefined;

/**
 * Finds this number of different ports on loopback on which no process listens.
 *
 * @throws Error when no slice is free, or too few ports of the slice are
 */
export async function freePorts(count: number): Promise<number[]> {
  const own = await (slice ??= takeSlice());
  const ports: number[] = [];
  for (let tries = 1; tries < slicePorts && ports.length < count; tries += 1) {
    own.counted = (own.counted % (slicePorts - 1)) + 1;
    const port = own.first + own.counted;
    if ((await listenOn(port, release)) !== undefined) ports.push(port);
  }
  if (ports.length < count) throw new Error(`fewer than ${count} of ${slicePorts} ports from ${own.first} are free`);
  return ports;
}

/** One such port. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Two brokers on loopback with free ports, in the form of `CATETO_BROKERS`. */
export async function freeBrokers(): Promise<string> {
  const [a, b, c, d, e, f] = await freePorts(6);
  return `127.0.0.1:${a}:${b}:${c},127.0.0.1:${d}:${e}:${f}`;
}

/** Processes that start one after the other have ids that follow each other, and so begin at different slices. */
async function takeSlice(): Promise<Slice> {
  for (let tries = 0; tries < slices; tries += 1) {
    const first = lowest + ((process.pid + tries) % slices) * slicePorts;
    const holder = await listenOn(first, keep);
    if (holder !== undefined) return { first, counted: 0 };
  }
  throw new Error(`${slices} processes hold ports from ${lowest} on; end some of them`);
}

/** @returns undefined when another process listens there */
function listenOn(port: number, then: (server: Server) => Promise<void>): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      then(server).then(() => resolve(server), reject);
    });
  });
}

function release(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}

/** For the life of the process, which does not wait for it. */
async function keep(server: Server): Promise<void> {
  server.unref();
}
