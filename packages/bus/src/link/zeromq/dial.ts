import type { Subscriber } from 'zeromq';
import { addressOf, familyOf, literalOf } from '@cateto/zmtp/node';
import { timers } from '@cateto/zmtp/timers';

/** How often a name is looked up while the socket is not connected; libzmq's longest retry interval. */
const askEveryMs = 200;

/**
 * Connects a socket of libzmq to a host by its address, and reconnects when the address of the name changes. libzmq is
 * not given the name. It would resolve the name before each attempt, in the thread that all its connections share;
 * while the name server is silent, no connection would answer heartbeats. So the name of a missing broker would cut
 * everyone off from the other broker.
 *
 * @param socket a socket that is dialled once: libzmq identifies connections by their address, and two names may have
 * the same one
 */
export function dial(socket: Subscriber, host: string, port: number): void {
  let endpoint: string | undefined;
  let connected = false;
  let asking = false;

  const endpointOf = (address: string): string => `tcp://${familyOf(address) === 6 ? `[${address}]` : address}:${port}`;

  /** @param meant undefined when the name has no address */
  function move(meant: string | undefined): void {
    if (meant === endpoint) return;
    if (endpoint !== undefined) socket.disconnect(endpoint);
    endpoint = meant;
    if (meant !== undefined) socket.connect(meant);
  }

  function ask(): void {
    if (asking) return;
    asking = true;
    addressOf(host, (fault, address) => {
      if (socket.closed) return;
      // A connected socket stays connected, even if the address of the name has changed.
      if (!connected) move(fault === null ? endpointOf(address) : undefined);
      timers
        .setTimeout(() => {
          asking = false;
          if (endpoint === undefined && !socket.closed) ask();
        }, askEveryMs)
        .unref();
    });
  }

  const literal = literalOf(host);
  if (literal !== undefined) return move(endpointOf(literal));
  socket.events.on('handshake', () => (connected = true));
  socket.events.on('disconnect', () => (connected = false));
  socket.events.on('connect:retry', () => {
    connected = false;
    ask();
  });
  ask();
}
