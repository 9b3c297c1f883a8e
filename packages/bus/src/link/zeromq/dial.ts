import type { Subscriber } from 'zeromq';
import { addressOf, familyOf, literalOf } from '@cateto/zmtp';
import { timers } from '@cateto/zmtp/timers';

/** How often a name is asked for while the socket is not connected: as often as libzmq tries at last. */
const askEveryMs = 200;

/**
 * Connects a socket of libzmq to a host by its address, and anew when its name has come to mean another one. libzmq is not told the
 * name: it would ask for the address before each attempt to connect, in the thread that all its connections share, and for as long as
 * the name's server is silent none of them says that it lives. The name of a broker that is gone would take everybody from the other.
 *
 * @param socket one that is dialled once: libzmq knows connections by their address, and two names may mean the same
 */
export function dial(socket: Subscriber, host: string, port: number): void {
  let endpoint: string | undefined;
  let connected = false;
  let asking = false;

  const endpointOf = (address: string): string => `tcp://${familyOf(address) === 6 ? `[${address}]` : address}:${port}`;

  /** @param meant nowhere, when the name has no address */
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
      // What is connected stays so, whatever its name means by now.
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
