import type { Beat, BrokerEndpoint } from '@cateto/contracts';
import { decodeBeat, formatBroker } from '@cateto/contracts';
import { connectHeartbeat } from './sockets.ts';

/** How a broker is, from its heartbeat port; without a beat it is not reached. */
export interface BrokerStatus {
  readonly endpoint: string;
  readonly beat: Beat | undefined;
}

/** Listens to the brokers' heartbeats until each was heard once, at most for `waitMs`. */
export function hearBrokers(brokers: readonly BrokerEndpoint[], waitMs: number): Promise<readonly BrokerStatus[]> {
  return Promise.all(
    brokers.map(async (broker) => ({ endpoint: formatBroker(broker), beat: await hearBeat(broker, waitMs) })),
  );
}

async function hearBeat(broker: BrokerEndpoint, waitMs: number): Promise<Beat | undefined> {
  const socket = connectHeartbeat(broker);
  const closeTimer = setTimeout(() => socket.close(), waitMs);
  try {
    for await (const [body] of socket) {
      const beat = body === undefined ? undefined : decodeBeat(body);
      if (beat !== undefined) return beat;
    }
    return undefined;
  } finally {
    clearTimeout(closeTimer);
    socket.close();
  }
}
