import { isIP } from 'node:net';
import type { Subscriber } from 'zeromq';
import { addressOf } from './zmtp/index.ts';

/** As libzmq's longest wait between two attempts: so soon a name that had no address may have one. */
const askAgainMs = 200;

/**
 * Connects a socket of libzmq to a host, and anew when its name has come to mean another address. libzmq is not told the name: it
 * would ask for the address before each attempt to connect, in the thread that all its connections share, and for as long as the
 * name's server is silent none of them says that it lives. The name of a broker that is gone would take everybody from the other.
 */
export function dial(socket: Subscriber, host: string, port: number): void {
  let endpoint: string | undefined;

  function found(address: string): void {
    const meant = `tcp://${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
    if (meant === endpoint) return;
    if (endpoint !== undefined) socket.disconnect(endpoint);
    endpoint = meant;
    socket.connect(meant);
  }

  function ask(): void {
    addressOf(host, (fault, address) => {
      if (socket.closed) return;
      if (fault === null) found(address);
      else setTimeout(ask, askAgainMs).unref();
    });
  }

  const literal = host.replace(/^\[|\]$/g, '');
  if (isIP(literal) > 0) return found(literal);
  socket.events.on('connect:retry', (attempt) => {
    if (attempt.address === endpoint) ask();
  });
  ask();
}
