import type { Refusal } from '@cateto/zmtp';

/*
 * The text for people when the keys of a participant and those of a broker do not fit. It says what is wrong and what
 * to do. The sentence follows the address of the broker.
 */

/**
 * @param what in the words of the handshake
 * @param hasKeys this process has keys
 * @param unreadable why the present keys of the brokers could not be read
 */
export function keyMismatchText(refusal: Refusal, what: string, hasKeys: boolean, unreadable?: string): string {
  switch (refusal) {
    case 'mechanism':
      return hasKeys
        ? 'this program has a key, and the broker has none; start the broker with CATETO_KEY, CATETO_BROKER_KEYS and CATETO_ACCESS'
        : 'the broker accepts only programs with keys, and this one has none; set CATETO_KEY and CATETO_BROKER_KEYS';
    case 'key':
      return `${what}; the access list of the brokers decides that (CATETO_ACCESS)`;
    case 'other-key':
      return `the broker does not have the key that this program expects; ${unreadable ?? 'get the brokers.keys of this system (CATETO_BROKER_KEYS)'}`;
  }
}
