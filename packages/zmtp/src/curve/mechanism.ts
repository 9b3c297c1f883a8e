import type { Mechanism } from '../mechanism.ts';
import { messageOverheadBytes } from './cipher.ts';
import type { ClientKeys } from './client.ts';
import { beginClient } from './client.ts';
import type { ServerKeys } from './server.ts';
import { beginServer } from './server.ts';

/*
 * CURVE: both sides prove that they have the secret keys of their public keys, and every frame is sealed with keys that
 * were made for the connection. The side that was dialled is the server.
 */

const common = { name: 'CURVE', hasServer: true, overheadBytes: messageOverheadBytes } as const;

/**
 * The mechanism of sockets that dial.
 *
 * @throws TypeError for a public key of the server with which every secret key would have the same result
 */
export function curveClient(keys: ClientKeys): Mechanism {
  const { crypto, keyPair, serverKey } = keys;
  if (crypto.sharedKey(serverKey, keyPair.secretKey) === undefined)
    throw new TypeError(
      'the public key of the server protects nothing; ask for the one that was made with its secret key',
    );
  return {
    ...common,
    begin(role, metadata) {
      if (role !== 'client') throw new TypeError('a socket with the public key of its server cannot be bound');
      return beginClient(keys, metadata);
    },
  };
}

/** The mechanism of sockets that are bound. */
export function curveServer(keys: ServerKeys): Mechanism {
  return {
    ...common,
    begin(role, metadata) {
      if (role !== 'server') throw new TypeError('a socket that authorises clients cannot dial');
      return beginServer(keys, metadata);
    },
  };
}
