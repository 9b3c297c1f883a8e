import type { BrokerEndpoint } from '@cateto/contracts';
import { formatBroker, parseBrokers, SettingFault } from '@cateto/contracts';
import { fromEnvironment } from './environment.ts';

/**
 * The brokers given, or those of `CATETO_BROKERS`.
 *
 * @throws SettingFault when they cannot be parsed
 */
export function brokersOf(given: string | readonly BrokerEndpoint[] | undefined): readonly BrokerEndpoint[] {
  if (given === undefined) return fromEnvironment('brokers') ?? [];
  if (typeof given !== 'string' && !Array.isArray(given)) {
    throw new SettingFault(`brokers: a ${typeof given} is neither a text nor a list`);
  }
  // Parsed endpoints go through the same checks: a program without types may have left out a port.
  const parsed = parseBrokers(typeof given === 'string' ? given : given.map(formatBroker).join(','));
  if (parsed instanceof Error) throw new SettingFault(`brokers: ${parsed.message}`);
  return parsed;
}
