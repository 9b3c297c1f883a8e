import { createServer } from 'node:net';

/*
 * Reserves ports for systems that run side by side. They are drawn below the range from which the kernel takes ports
 * for outgoing connections (32768 and up on Linux), so that no process gets one of them between the test and the bind.
 */
const lowest = 10_240;
const highest = 32_767;

/** So many different ports on loopback on which no process listens. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
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
