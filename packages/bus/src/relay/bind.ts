import type { BrokerEndpoint } from '@cateto/contracts';
import type { Publisher, XPublisher, XSubscriber } from 'zeromq';
import { openHeartbeat, openXPublisher, openXSubscriber } from '../sockets.ts';

export interface RelaySockets {
  /** Publishers connect here. */
  readonly publishers: XSubscriber;
  /** Subscribers connect here. */
  readonly subscribers: XPublisher;
  readonly heartbeat: Publisher;
  /** Fulfilled once the ports are free again. */
  close(): Promise<void>;
}

/**
 * Opens a broker's three sockets and binds them.
 *
 * @throws Error naming the address and port that cannot be bound, and why
 */
export async function bindRelay(bind: string, ports: BrokerEndpoint): Promise<RelaySockets> {
  const publishers = openXSubscriber(bind);
  const subscribers = openXPublisher(bind);
  const heartbeat = openHeartbeat(bind);
  const all = [publishers, subscribers, heartbeat];
  const released = Promise.all(all.map(whenReleased));
  const close = async (): Promise<void> => {
    for (const socket of all) socket.close();
    await released;
  };
  try {
    await bindOne(publishers, bind, ports.publishPort, 'publish');
    await bindOne(subscribers, bind, ports.subscribePort, 'subscribe');
    await bindOne(heartbeat, bind, ports.heartbeatPort, 'heartbeat');
  } catch (error) {
    await close();
    throw error;
  }
  return { publishers, subscribers, heartbeat, close };
}

async function bindOne(
  socket: XSubscriber | XPublisher | Publisher,
  address: string,
  port: number,
  name: string,
): Promise<void> {
  try {
    await socket.bind(`tcp://${address}:${port}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot bind the ${name} port ${address}:${port}: ${reason}`, { cause: error });
  }
}

/** libzmq closes a port in a thread of its own, some milliseconds after `close`; the last event of a socket follows it. */
function whenReleased(socket: XSubscriber | XPublisher | Publisher): Promise<void> {
  return new Promise((resolve) => socket.events.on('end', () => resolve()));
}
