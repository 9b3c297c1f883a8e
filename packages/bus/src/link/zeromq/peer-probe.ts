import type { BrokerEndpoint } from '@cateto/contracts';
import { connect } from 'node:net';
import { timers } from '@cateto/zmtp/timers';
import type { Probe } from '../sockets.ts';

/** A refusal takes one round trip. After this time, the silence of the peer's beats says as much. */
const probeMaxMs = 200;
/** A process that accepts and closes this often is not about to end. */
const attemptsMax = 8;

/**
 * Distinguishes a process that is gone from one that hangs: the kernel refuses connections to the first and accepts
 * them for the second. libzmq's `connect:retry` does not help, because it fires on any break.
 *
 * The kernel closes the sockets of a killed process one by one, so the heartbeat link can break while the port still
 * listens: nearly a third of all probes were accepted like that. Such a connection is reset as soon as the port is
 * closed, and the probe tries again. The connection to a process that hangs stays open.
 *
 * @param closing ends the probe at once; it ends at the latest 200 ms after its start
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
    // Read and discard data. Otherwise the end of the connection would not be noticed.
    socket.resume();
  });
}
