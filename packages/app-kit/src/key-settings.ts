import type { KeyPair } from '@cateto/keys/node';
import { readBrokerKeys, readKeyPair } from '@cateto/keys/node';
import type { SettingValues } from './settings-options.ts';

/** The settings of a program that connects to brokers. */
export const participantKeySettings = ['key', 'brokerKeys'] as const;

type ParticipantKeySetting = (typeof participantKeySettings)[number];

/** Who a program is, and by which keys it recognises the brokers. */
export interface ParticipantKeys {
  readonly keyPair: KeyPair;
  /** The public keys of the brokers, the primary first. */
  readonly brokers: readonly string[];
}

type GivenKeys = Pick<SettingValues<ParticipantKeySetting>, 'values' | 'fault'>;

/** @throws SettingFault when only one of the two is given */
export function checkKeySettings({ values: { key, brokerKeys }, fault }: GivenKeys): void {
  if (key !== undefined && brokerKeys === undefined) {
    throw fault('key', 'a program with a key needs --broker-keys too, to recognise the brokers');
  }
  if (key === undefined && brokerKeys !== undefined) {
    throw fault('brokerKeys', 'a program with the keys of brokers needs a --key of its own');
  }
}

/**
 * Reads the key files that the settings name.
 *
 * @returns undefined without keys
 * @throws SettingFault when only one of the two is given; KeyFileFault for a file that cannot be used
 */
export function participantKeys(given: GivenKeys): ParticipantKeys | undefined {
  checkKeySettings(given);
  const { key, brokerKeys } = given.values;
  if (key === undefined || brokerKeys === undefined) return undefined;
  const { primary, backup } = readBrokerKeys(brokerKeys);
  return { keyPair: readKeyPair(key), brokers: backup === undefined ? [primary] : [primary, backup] };
}
