import type { DialKeys } from '@cateto/bus/node';
import { prepareDialKeys } from '@cateto/bus/node';
import type { BrokerEndpoint } from '@cateto/contracts';
import { SettingFault } from '@cateto/contracts';
import type { BrokerKeys } from '@cateto/keys';
import type { KeyPair } from '@cateto/keys/node';
import { credentialsFolder, fromEnvironment } from './environment.ts';

/** The key of a program, and the keys by which it recognises the brokers. */
export interface KeyOptions {
  /** The key pair of this program: its file, or both halves in Z85; unless given, the file of `CATETO_KEY`, if any. */
  readonly key?: string | KeyPair | undefined;
  /** The public keys of the brokers: their file, or the keys; unless given, the file of `CATETO_BROKER_KEYS`, if any. */
  readonly brokerKeys?: string | BrokerKeys | undefined;
}

/**
 * The keys given, or those of `CATETO_KEY` and `CATETO_BROKER_KEYS`.
 *
 * @returns undefined without keys
 * @throws SettingFault when only one of the two is given; KeyFileFault for a file that cannot be used
 */
export async function dialKeysOf(given: KeyOptions, brokers: readonly BrokerEndpoint[]): Promise<DialKeys | undefined> {
  const key = given.key ?? fromEnvironment('key');
  const brokerKeys = given.brokerKeys ?? fromEnvironment('brokerKeys');
  if (key === undefined && brokerKeys === undefined) return undefined;
  if (brokerKeys === undefined)
    throw new SettingFault('key: a program with a key needs brokerKeys too, to recognise the brokers');
  if (key === undefined) throw new SettingFault('brokerKeys: a program with keys of brokers needs a key of its own');
  // Programs without keys load no files of keys.
  const [{ brokerKeyList }, { readBrokerKeys, readKeyPair }] = await Promise.all([
    import('@cateto/keys'),
    import('@cateto/keys/node'),
  ]);
  const keyPair = typeof key === 'string' ? readKeyPair(key, credentialsFolder()) : key;
  if (typeof brokerKeys !== 'string') return prepareDialKeys({ keyPair, brokers: brokerKeyList(brokerKeys) }, brokers);
  const brokersNow = (): readonly string[] => brokerKeyList(readBrokerKeys(brokerKeys));
  return prepareDialKeys({ keyPair, brokers: brokersNow(), brokersNow }, brokers);
}
