import type { Role } from '@cateto/contracts';
import type { Grant } from './access.ts';

/** The bounds of a key's use of a broker's memory. A program has at most three connections to a broker. */
export interface Quotas {
  readonly connectionsMax: number;
  /** Of one connection. */
  readonly subscriptionsMax: number;
}

/**
 * A client subscribes to a topic for each formula, a calc-server and an op-server to one for each operation and lane, an
 * observer to a few prefixes. A broker subscribes to beats only.
 */
const quotasOf: Readonly<Record<Role, Quotas>> = {
  client: { connectionsMax: 1_000, subscriptionsMax: 4_096 },
  'calc-server': { connectionsMax: 1_000, subscriptionsMax: 10_000 },
  'op-server': { connectionsMax: 1_000, subscriptionsMax: 10_000 },
  observer: { connectionsMax: 100, subscriptionsMax: 100 },
  broker: { connectionsMax: 100, subscriptionsMax: 100 },
};

/** The quotas of a key: the largest of its roles, unless its entry says otherwise. */
export function quotasOfGrant({ roles, connectionsMax }: Grant): Quotas {
  const all = roles.map((role) => quotasOf[role]);
  return {
    connectionsMax: connectionsMax ?? Math.max(...all.map((quotas) => quotas.connectionsMax)),
    subscriptionsMax: Math.max(...all.map(({ subscriptionsMax }) => subscriptionsMax)),
  };
}
