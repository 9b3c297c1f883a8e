import type { KeyPair } from '@cateto/keys/node';
import { brokerKeyList } from '@cateto/keys';
import { readBrokerKeys, readKeyPair } from '@cateto/keys/node';
import { environment } from './environment.ts';
import type { SettingValues } from './settings-options.ts';

/** The settings of a program that connects to brokers. */
export const participantKeySettings = ['key', 'brokerKeys'] as const;

type ParticipantKeySetting = (typeof participantKeySettings)[number];

/** The key pair of a program, and the keys by which it recognises the brokers. */
export interface ParticipantKeys {
  readonly keyPair: KeyPair;
  /** The public keys of the brokers, the primary first. */
  readonly brokers: readonly string[];
  /** The public keys of the brokers, read from the file again. @throws KeyFileFault when the file cannot be used */
  readonly brokersNow: () => readonly string[];
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
  const brokersNow = (): readonly string[] => brokerKeyList(readBrokerKeys(brokerKeys));
  return {
    keyPair: readKeyPair(key, environment()['CREDENTIALS_DIRECTORY']),
    brokers: brokersNow(),
    brokersNow,
  };
}
