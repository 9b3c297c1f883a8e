import type { BrokerEndpoint, SettingFault } from '@cateto/contracts';
import { formatBroker, isLoopback, settings } from '@cateto/contracts';
import type { SettingValues } from './settings-options.ts';

/** The settings of a broker, of either rank. */
export const brokerSettings = ['brokers', 'bind', 'insecure', 'heartbeatMs', 'peerLostMs'] as const;

type BrokerSetting = (typeof brokerSettings)[number];

/**
 * The values of a broker's settings.
 *
 * @throws SettingFault for a backup that is not in the list of brokers, for an address others can reach without
 * `--insecure`, and for a loss time no heartbeat can keep
 */
export function brokerValues(
  rank: 'primary' | 'backup',
  given: SettingValues<BrokerSetting>,
): SettingValues<BrokerSetting>['values'] {
  const { brokers, bind, insecure, heartbeatMs, peerLostMs } = given.values;
  if (rank === 'backup' && brokers.length < 2) {
    throw given.fault('brokers', 'names one broker; a backup is the second of two, the primary first');
  }
  if (!isLoopback(bind) && !insecure) throw openPorts(given, bind);
  if (peerLostMs < 2 * heartbeatMs) {
    throw given.fault('peerLostMs', `${peerLostMs} ms is less than two heartbeats of ${heartbeatMs} ms`);
  }
  return given.values;
}

function openPorts(given: SettingValues<BrokerSetting>, bind: string): SettingFault {
  return given.fault(
    'bind',
    `whoever reaches ${bind} could read and publish everything; bind a loopback address, or say --insecure`,
  );
}

/** What every app takes for the brokers unless it is told. */
export const defaultBrokers: string = settings.brokers.defaultText ?? '';

/** Brokers as `CATETO_BROKERS` writes them, every port included: for a process that is started with them. */
export function brokersText(brokers: readonly BrokerEndpoint[]): string {
  return brokers.map(formatBroker).join(',');
}
