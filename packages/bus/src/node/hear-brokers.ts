import type { BrokerEndpoint } from '@cateto/contracts';
import { formatBroker } from '@cateto/contracts';
import type { BrokerStatus } from '../client/broker-status.ts';
import { hearBeat } from '../client/broker-status.ts';
import { nodePlatform } from './platform.ts';
import type { Signal } from '../link/web.ts';
import type { DialKeys } from '../link/zeromq/keys.ts';
import { participantSockets, participantSocketsWith } from '../link/zeromq/sockets.ts';

/**
 * Listens to the heartbeats of the brokers until each was heard once, for at most `waitMs`.
 *
 * @param ending ends it at once, with the beats heard so far
 */
export function hearBrokers(
  brokers: readonly BrokerEndpoint[],
  waitMs: number,
  ending?: Signal,
  keys?: DialKeys,
): Promise<readonly BrokerStatus[]> {
  const sockets = keys === undefined ? participantSockets : participantSocketsWith(keys);
  return Promise.all(
    brokers.map(async (broker) => ({
      endpoint: formatBroker(broker),
      beat: await hearBeat(sockets, nodePlatform, broker, waitMs, ending),
    })),
  );
}
