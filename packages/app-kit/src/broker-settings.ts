import type { BrokerEndpoint, SettingFault } from '@cateto/contracts';
import { formatBroker, isLoopback, settings } from '@cateto/contracts';
import type { SettingValues } from './settings-options.ts';

/** The settings of a broker, primary or backup. */
export const brokerSettings = [
  'brokers',
  'bind',
  'insecure',
  'heartbeatMs',
  'peerLostMs',
  'key',
  'brokerKeys',
  'access',
] as const;

type BrokerSetting = (typeof brokerSettings)[number];

/**
 * Reads the values of a broker's settings.
 *
 * @throws SettingFault for a backup that is not in the list of brokers, for an address that other hosts can reach
 *   without keys or `--insecure`, and for a loss time that is too short for the heartbeats
 */
export function brokerValues(
  rank: 'primary' | 'backup',
  given: SettingValues<BrokerSetting>,
): SettingValues<BrokerSetting>['values'] {
  const { brokers, bind, insecure, heartbeatMs, peerLostMs, key } = given.values;
  if (rank === 'backup' && brokers.length < 2) {
    throw given.fault('brokers', 'names one broker; name two, the primary first: a backup is the second');
  }
  if (!isLoopback(bind) && !insecure && key === undefined) throw openPorts(given, bind);
  if (peerLostMs < 2 * heartbeatMs) {
    throw given.fault('peerLostMs', `${peerLostMs} ms is less than two heartbeats of ${heartbeatMs} ms`);
  }
  return given.values;
}

function openPorts(given: SettingValues<BrokerSetting>, bind: string): SettingFault {
  return given.fault(
    'bind',
    `anyone who reaches ${bind} could read and publish everything; give --key, --broker-keys and --access, or --insecure`,
  );
}

/** The brokers that every app uses by default. */
export const defaultBrokers: string = settings.brokers.defaultText ?? '';

/** Brokers in the form of `CATETO_BROKERS`, with every port, for a process that is started with them. */
export function brokersText(brokers: readonly BrokerEndpoint[]): string {
  return brokers.map(formatBroker).join(',');
}
