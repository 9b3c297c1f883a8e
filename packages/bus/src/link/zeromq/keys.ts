import { createHash } from 'node:crypto';
import type { BrokerEndpoint, Role } from '@cateto/contracts';
import { addressPrefixOf, limits, z85Decode, z85Encode } from '@cateto/contracts';
import type { Mechanism } from '@cateto/zmtp';
import { concat, curveClient, curveServer, propertyOf, writeProperty } from '@cateto/zmtp';
import { loadCurveCrypto } from '@cateto/zmtp/node';
import type { BrokerKeys, BrokerPort, KeyPair, ParticipantKeys } from '../keys.ts';

/* The keys of a process as its sockets take them: mechanisms of the TypeScript ZMTP, and options of libzmq. */

/** How a participant, or a broker that listens to the other one, dials. */
export interface DialKeys {
  /** All addresses of this process begin with it. */
  readonly addressPrefix: string;
  /**
   * @param roles tells the broker that the key needs one of them
   * @throws Error for a broker without a known key
   */
  mechanismFor(broker: BrokerEndpoint, roles?: readonly Role[]): Mechanism;
  /** @throws Error for a broker without a known key */
  optionsFor(broker: BrokerEndpoint): LibzmqKeys;
  /** Whether a broker has this public key. */
  isBroker(publicKey: string): boolean;
  /** Why the present keys of the brokers could not be read; undefined when they could. */
  unreadable(): string | undefined;
}

/** Options of libzmq's socket, in Z85. */
export interface LibzmqKeys {
  readonly curvePublicKey: string;
  readonly curveSecretKey: string;
  readonly curveServerKey: string;
  /** libzmq applies it to sealed frames. */
  readonly maxMessageSize: number;
}

const keyBytes = 32;
/** A property of the handshake: the roles of which the key needs one, with commas between them. */
const rolesProperty = 'X-Cateto-Roles';

/**
 * Loads the cryptography, and checks all keys.
 *
 * @param brokers in the order of their keys
 * @throws Error for a text that is not a key, and for keys that are missing
 */
export async function prepareDialKeys(keys: ParticipantKeys, brokers: readonly BrokerEndpoint[]): Promise<DialKeys> {
  const crypto = await loadCurveCrypto();
  const { publicKey, secretKey } = keys.keyPair;
  const keyPair = readPair(keys.keyPair);
  if (keys.brokers.length < brokers.length)
    throw new Error(
      `there are ${brokers.length} brokers and the public keys of ${keys.brokers.length}; give one for each`,
    );
  const known = { texts: keys.brokers, mechanisms: keys.brokers.map(mechanismOf) };
  let unreadable: string | undefined;

  function mechanismOf(text: string): Mechanism {
    return curveClient({ crypto, keyPair, serverKey: readKey(text, 'the public key of a broker') });
  }

  function refresh(): void {
    if (keys.brokersNow === undefined) return;
    try {
      const texts = keys.brokersNow();
      unreadable = undefined;
      if (texts.length < brokers.length || texts.every((text, index) => text === known.texts[index])) return;
      Object.assign(known, { texts, mechanisms: texts.map(mechanismOf) });
    } catch (error) {
      unreadable = error instanceof Error ? error.message : String(error);
    }
  }

  function indexOf(broker: BrokerEndpoint): number {
    const index = brokers.indexOf(broker);
    if (index < 0) throw new Error(`the public key of the broker at ${broker.host} is not known`);
    return index;
  }

  return {
    addressPrefix: prefixOfKey(keyPair.publicKey),
    mechanismFor(broker, roles) {
      const index = indexOf(broker);
      const first = known.mechanisms[index] as Mechanism;
      const needed = roles === undefined ? new Uint8Array() : writeProperty(rolesProperty, roles.join());
      return {
        ...first,
        begin(role, metadata) {
          refresh();
          return (known.mechanisms[index] as Mechanism).begin(role, concat(metadata, needed));
        },
      };
    },
    optionsFor(broker) {
      refresh();
      return {
        curvePublicKey: publicKey,
        curveSecretKey: secretKey,
        curveServerKey: known.texts[indexOf(broker)] as string,
        maxMessageSize: limits.frameBytesMax + (known.mechanisms[0]?.overheadBytes ?? 0),
      };
    },
    isBroker(text) {
      refresh();
      return known.texts.includes(text);
    },
    unreadable: () => unreadable,
  };
}

/** How a broker binds, and dials the other one. */
export interface BoundKeys extends DialKeys {
  mechanismOf(port: BrokerPort): Mechanism;
  /** Why a peer that is connected has to go; undefined when it may stay. */
  refusalOf(publicKey: Uint8Array, port: BrokerPort): string | undefined;
}

/**
 * Loads the cryptography, and checks all keys.
 *
 * @param brokers both, in the order of their keys
 * @throws Error for a text that is not a key, and for keys that are missing
 */
export async function prepareBoundKeys(keys: BrokerKeys, brokers: readonly BrokerEndpoint[]): Promise<BoundKeys> {
  const crypto = await loadCurveCrypto();
  const keyPair = readPair(keys.keyPair);
  const dialKeys = await prepareDialKeys(keys, brokers);

  function refusalOf(publicKey: Uint8Array, port: BrokerPort, roles?: readonly string[]): string | undefined {
    const text = z85Encode(publicKey);
    // The brokers hear each other's beats.
    return port === 'heartbeat' && dialKeys.isBroker(text) ? undefined : keys.authorize(text, port, roles);
  }

  return {
    ...dialKeys,
    mechanismOf: (port) =>
      curveServer({
        crypto,
        keyPair,
        authorize: (publicKey, metadata) => refusalOf(publicKey, port, propertyOf(metadata, rolesProperty)?.split(',')),
      }),
    refusalOf,
  };
}

/** With these characters, all addresses of the owner of a key begin. */
export function prefixOfKey(publicKey: Uint8Array): string {
  return addressPrefixOf(createHash('sha256').update(publicKey).digest());
}

function readPair({ publicKey, secretKey }: KeyPair) {
  return {
    publicKey: readKey(publicKey, 'the public key of this process'),
    secretKey: readKey(secretKey, 'the secret key of this process'),
  };
}

function readKey(text: string, what: string): Uint8Array {
  const key = z85Decode(text);
  if (key?.length !== keyBytes) throw new Error(`${what} is not a key: 40 characters of Z85`);
  return key;
}
