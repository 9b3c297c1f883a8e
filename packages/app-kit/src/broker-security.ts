import type { WatchedAccess } from '@cateto/keys/node';
import { openAccess } from '@cateto/keys/node';
import type { ParticipantKeys } from './key-settings.ts';
import { participantKeys } from './key-settings.ts';
import type { SettingValues } from './settings-options.ts';

/** The key of a broker, and the keys that it accepts. */
export interface BrokerSecurity extends ParticipantKeys {
  readonly access: WatchedAccess;
}

type BrokerKeySetting = 'key' | 'brokerKeys' | 'access';

/**
 * Reads the files of a broker's keys.
 *
 * @returns undefined without keys
 * @throws SettingFault when one of the three settings is missing, or when the key is not the one that participants
 *   expect of this broker; KeyFileFault for a file that cannot be used
 */
export function brokerSecurity(
  rank: 'primary' | 'backup',
  given: Pick<SettingValues<BrokerKeySetting>, 'values' | 'fault'>,
): BrokerSecurity | undefined {
  const { key, access } = given.values;
  if (access !== undefined && key === undefined) {
    throw given.fault('access', 'a broker with an access list needs a --key, and --broker-keys');
  }
  const keys = participantKeys(given);
  if (keys === undefined) return undefined;
  if (access === undefined)
    throw given.fault('key', 'a broker with a key needs --access, the list of the keys that may connect');
  if (keys.keyPair.publicKey !== keys.brokers[rank === 'primary' ? 0 : 1]) {
    throw given.fault('key', `its public key is not the one that ${given.values.brokerKeys} has for the ${rank}`);
  }
  return { ...keys, access: openAccess(access) };
}
