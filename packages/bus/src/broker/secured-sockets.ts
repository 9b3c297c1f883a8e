import type { BrokerEndpoint } from '@cateto/contracts';
import { createConnectionGuard } from '../link/connection-guard.ts';
import type { BrokerKeys } from '../link/keys.ts';
import type { BrokerGuards } from '../link/socket-broker-link.ts';
import type { BrokerSockets } from '../link/sockets.ts';
import { prefixOfKey, prepareBoundKeys } from '../link/zeromq/keys.ts';
import { brokerSockets, brokerSocketsWith } from '../link/zeromq/sockets.ts';

/** The sockets of a broker, and what is checked about their connections. */
export interface SecuredSockets {
  readonly sockets: BrokerSockets;
  readonly guards: BrokerGuards | undefined;
  /** Begins the broker's address. */
  readonly addressPrefix: string | undefined;
}

/** @throws Error for a text that is not a key, and for keys of brokers that are missing */
export async function securedSockets(
  keys: BrokerKeys | undefined,
  brokers: readonly BrokerEndpoint[],
): Promise<SecuredSockets> {
  if (keys === undefined) return { sockets: brokerSockets, guards: undefined, addressPrefix: undefined };
  const bound = await prepareBoundKeys(keys, brokers);
  return {
    sockets: brokerSocketsWith(bound),
    guards: {
      publishers: createConnectionGuard(keys, 'publish', prefixOfKey),
      subscribers: createConnectionGuard(keys, 'subscribe', prefixOfKey),
      listeners: createConnectionGuard(keys, 'heartbeat', prefixOfKey),
      refusalOf: bound.refusalOf,
    },
    addressPrefix: bound.addressPrefix,
  };
}
