import type { BrokerEndpoint } from '@cateto/contracts';
import { connect } from 'node:net';

/** What a plain TCP connect met: nobody listens on the port, or anything else. */
export type Probe = 'refused' | 'accepting';

/** A host that does not answer at all is no evidence: the silence of its beats is. */
const probeMaxMs = 1_000;

/**
 * Tells a process that is gone from one that hangs: the kernel refuses connections for the first and accepts them for
 * the second. libzmq's `connect:retry` tells nothing: it fires on any break.
 */
export function probePeer({ host, heartbeatPort }: BrokerEndpoint): Promise<Probe> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port: heartbeatPort });
    const settle = (probe: Probe): void => {
      socket.destroy();
      resolve(probe);
    };
    socket.setTimeout(probeMaxMs, () => settle('accepting'));
    socket.once('connect', () => settle('accepting'));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      settle(error.code === 'ECONNREFUSED' ? 'refused' : 'accepting');
    });
  });
}
