import type { BrokerEndpoint } from '@cateto/contracts';
import { isMainThread } from 'node:worker_threads';
import { recordEvents } from '../events/event-recording.ts';
import type { BrokerKeys } from '../link/keys.ts';
import { nodePlatform } from '../node/platform.ts';
import type { SocketBrokerLink } from '../link/socket-broker-link.ts';
import { openSocketBrokerLink } from '../link/socket-broker-link.ts';
import type { BrokerSettings } from './broker.ts';
import { prepareBroker } from './broker.ts';
import type { RunningBroker } from './running-broker.ts';
import { securedSockets } from './secured-sockets.ts';

export interface BrokerOptions extends BrokerSettings {
  /** Both brokers, the primary first. With only one there is no failover. */
  readonly brokers: readonly BrokerEndpoint[];
  /** The address to bind. The caller decides whether other hosts may reach it. */
  readonly bind: string;
  /** With keys, only peers with keys connect, and each speaks for its own address alone. */
  readonly keys?: BrokerKeys | undefined;
}

/**
 * Starts a broker: binds all ports, then becomes active or standby, depending on the other broker's beats.
 *
 * @throws Error for a rank that is not in the list, for a port that cannot be bound (the message names it), and in a
 * worker thread
 */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  // A broker hears the other one through libzmq, whose sockets end the process when the thread that reads them ends (ADR 27).
  if (!isMainThread) throw new Error('a broker runs on the main thread of a process: start it in a process of its own');
  const { rank, brokers } = options;
  const recording = recordEvents({ ...options, platform: nodePlatform });
  const own = rank === 'primary' ? brokers[0] : brokers[1];
  const peer = rank === 'primary' ? brokers[1] : brokers[0];
  if (own === undefined) throw new Error(`there is no ${rank} among the brokers; it takes two, the primary first`);
  const { sockets, guards, addressPrefix } = await securedSockets(options.keys, brokers);
  let link: SocketBrokerLink | undefined;
  const { broker, begin, giveUp } = prepareBroker({
    ...options,
    ...recording,
    hasPeer: peer !== undefined,
    addressPrefix,
    openLink: (events) =>
      (link = openSocketBrokerLink(
        { sockets, bind: options.bind, ports: own, peer, platform: nodePlatform, guards },
        events,
      )),
    platform: nodePlatform,
    onReady(address) {
      const { publishPort: publish, subscribePort: subscribe, heartbeatPort: heartbeat } = own;
      recording.onEvent({ event: 'ready', address, ports: { publish, subscribe, heartbeat } });
    },
  });
  try {
    await link?.bind();
  } catch (error) {
    giveUp();
    throw error;
  }
  begin();
  return broker;
}
