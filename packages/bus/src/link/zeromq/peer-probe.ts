import type { BrokerEndpoint } from '@cateto/contracts';
import { connect } from 'node:net';
import { timers } from '@cateto/zmtp/timers';

/**
 * What a plain TCP connect met: nobody listens on the port, somebody does, or nothing that would tell (a host that does
 * not answer, a name that does not resolve).
 */
export type Probe = 'refused' | 'accepting' | 'unknown';

/** A refusal takes one round trip; by then the silence of the peer's beats says as much. */
const probeMaxMs = 200;
/** Whoever accepts and hangs up so often is not about to end. */
const attemptsMax = 8;

/**
 * Tells a process that is gone from one that hangs: the kernel refuses connections for the first and accepts them for
 * the second. libzmq's `connect:retry` tells nothing: it fires on any break.
 *
 * The kernel closes a killed process's sockets one after the other, so the heartbeat link can break while the port still
 * listens: nearly a third of all probes were accepted like that. Such a connection is reset as soon as the port is
 * closed, and then tried again; that of a process that hangs stays open.
 *
 * @param closing ends the probe at once; it ends by itself 200 ms after its start at the latest
 */
export async function probePeer(peer: BrokerEndpoint, closing: AbortSignal): Promise<Probe> {
  const over = new AbortController();
  const end = (): void => over.abort();
  const timer = timers.setTimeout(end, probeMaxMs);
  closing.addEventListener('abort', end);
  if (closing.aborted) end();
  try {
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const met = await connectOnce(peer, over.signal);
      if (met !== 'hung-up') return met;
    }
    return 'accepting';
  } finally {
    timers.clearTimeout(timer);
    closing.removeEventListener('abort', end);
  }
}

function connectOnce({ host, heartbeatPort }: BrokerEndpoint, over: AbortSignal): Promise<Probe | 'hung-up'> {
  return new Promise((resolve) => {
    let connected = false;
    let fault: string | undefined;
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port: heartbeatPort, signal: over });
    socket.once('connect', () => {
      connected = true;
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      fault = code;
    });
    socket.once('close', () => {
      if (fault === 'ECONNREFUSED') resolve('refused');
      else if (over.aborted) resolve(connected ? 'accepting' : 'unknown');
      else resolve(connected || fault === 'ECONNRESET' ? 'hung-up' : 'unknown');
    });
    // Read and thrown away, or its end would never be seen.
    socket.resume();
  });
}
