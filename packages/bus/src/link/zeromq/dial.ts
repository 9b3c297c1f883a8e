import type { Subscriber } from 'zeromq';
import { addressesOf, isIPv6, literalOf } from '@cateto/zmtp/node';
import { timers } from '@cateto/zmtp/timers';

/** How a socket with keys dials. */
export interface Keyed {
  /** A broker that has refused the handshake is dialled again after this time, because libzmq would not dial again. */
  readonly refusedMs: number;
  /** The public key that the broker should have, asked again while it is not connected. */
  readonly serverKeyNow: () => string;
}

/** How often a name is looked up while the socket is not connected; libzmq's longest retry interval. */
const askEveryMs = 200;

/**
 * Connects a socket of libzmq to a host by its address, and reconnects when the address of the name changes. If the name
 * has several addresses, they are tried in turn. libzmq is not given the name. It would resolve the name before each
 * attempt, in the thread that all its connections share; while the name server is silent, no connection would answer
 * heartbeats. So the name of a missing broker would cut everyone off from the other broker.
 *
 * @param socket a socket that is dialled once: libzmq identifies connections by their address, and two names may have
 * the same one
 * @param dialled receives why an attempt failed, as far as libzmq tells, or undefined when the connection is established
 */
export function dial(
  socket: Subscriber,
  host: string,
  port: number,
  dialled: (fault?: string) => void = ignore,
  keyed?: Keyed,
): void {
  let endpoint: string | undefined;
  let connected = false;
  let asking = false;
  /** The index of the next address to try, among those of the name. */
  let turn = 0;

  /** @param address undefined when the name has no address */
  function move(address: string | undefined): void {
    const meant = address === undefined ? undefined : `tcp://${isIPv6(address) ? `[${address}]` : address}:${port}`;
    if (meant === endpoint) return;
    if (endpoint !== undefined) socket.disconnect(endpoint);
    endpoint = meant;
    if (address === undefined || meant === undefined) return;
    socket.ipv6 = isIPv6(address);
    socket.connect(meant);
  }

  function ask(): void {
    if (asking) return;
    asking = true;
    addressesOf(host, (fault, addresses) => {
      if (socket.closed) return;
      if (fault !== null) dialled(fault.message);
      // A connected socket stays connected, even if the address of the name has changed.
      if (!connected) move(addresses[turn % addresses.length]);
      turn += 1;
      timers
        .setTimeout(() => {
          asking = false;
          if (endpoint === undefined && !socket.closed) ask();
        }, askEveryMs)
        .unref();
    });
  }

  /** @param between sets options of the new connection */
  function dialAgain(between: () => void = ignore): void {
    if (socket.closed || endpoint === undefined) return;
    socket.disconnect(endpoint);
    between();
    socket.connect(endpoint);
  }

  if (keyed !== undefined) followKeys(socket, keyed, dialAgain);
  const literal = literalOf(host);
  socket.events.on('handshake', () => {
    connected = true;
    dialled();
  });
  socket.events.on('disconnect', () => (connected = false));
  socket.events.on('connect:retry', () => {
    connected = false;
    dialled('no connection');
    if (literal === undefined) ask();
  });
  if (literal === undefined) ask();
  else move(literal);
}

function followKeys(
  socket: Subscriber,
  { refusedMs, serverKeyNow }: Keyed,
  dialAgain: (between?: () => void) => void,
): void {
  let serverKey = serverKeyNow();
  let isRefused = false;

  function refused(): void {
    if (isRefused) return;
    isRefused = true;
    timers
      .setTimeout(() => {
        isRefused = false;
        dialAgain();
      }, refusedMs)
      .unref();
  }

  function lookAgain(): void {
    const next = serverKeyNow();
    if (next === serverKey || socket.closed) return;
    serverKey = next;
    dialAgain(() => (socket.curveServerKey = next));
  }

  socket.events.on('handshake:error:auth', refused);
  socket.events.on('handshake:error:protocol', refused);
  socket.events.on('handshake:error:other', lookAgain);
  socket.events.on('connect:retry', lookAgain);
}

function ignore(): void {
  // Another connection to the broker reports this event, or it needs no reaction.
}
