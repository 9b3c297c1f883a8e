import type { BrokerEndpoint } from '@cateto/contracts';
import { parseBrokers, SettingFault } from '@cateto/contracts';
import { fromEnvironment } from './environment.ts';

/** The brokers given, or those of the environment. */
export function brokersOf(given: string | readonly BrokerEndpoint[] | undefined): readonly BrokerEndpoint[] {
  if (given === undefined) return fromEnvironment('brokers') ?? [];
  if (typeof given !== 'string') return given;
  const parsed = parseBrokers(given);
  if (parsed instanceof Error) throw new SettingFault(`brokers: ${parsed.message}`);
  return parsed;
}
