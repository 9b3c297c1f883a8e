import { roles, topicKindName } from '@cateto/contracts';
import type { Access, Decider, Grant, Quotas, Refusal } from '@cateto/keys';
import { createDecider, isNarrowed, quotasOfGrant } from '@cateto/keys';

/*
 * Decides which keys may connect to a broker, active or standby, and what each of them may publish and receive. The
 * list of keys may change at any time. The gate cuts the connections of a key that was removed, has expired or has lost
 * rights.
 */

export interface Gate {
  /**
   * @param roles the roles of which the program that connects needs one; undefined when it does not say
   * @returns why this key may not connect, or may not stay connected; undefined when it may
   */
  authorize(publicKey: string, roles?: readonly string[]): string | undefined;
  /** A connection was established. */
  open(publicKey: string): GatePass;
  /**
   * Takes a new list.
   *
   * @param recheck asks {@link Gate.authorize} again about every open connection, and cuts those that are refused
   */
  replace(access: Access, recheck: () => void): void;
  /**
   * Cuts the connections of keys that have expired.
   *
   * @returns when the next key expires, in milliseconds since 1970
   */
  expire(recheck: () => void): number;
  /** The names of the list, and the keys that are not listed. */
  nameOf(publicKey: string): string;
}

/** The rights of one connection. Each method returns why the action is refused; undefined when it is allowed. */
export interface GatePass {
  publish(topic: string): string | undefined;
  /** @param held how many subscriptions the connection has */
  subscribe(prefix: string, held: number): string | undefined;
  /** Something else was refused: a message or subscription in the name of another. */
  refused(why: string): void;
  closed(): void;
}

export type GateEvent =
  | { readonly what: 'accepted'; readonly name: string }
  | { readonly what: 'refused' | 'right-refused' | 'cut'; readonly name: string; readonly cause: string };

/** The words that the owner of the key gets. */
const refusals: Readonly<Record<Refusal, string>> = {
  'not listed': 'the key is not listed',
  expired: 'the key has expired',
};

/** The connections of one key. */
interface Holder {
  grant: Grant;
  decider: Decider;
  quotas: Quotas;
  connections: number;
}

/** @param wallMs milliseconds since 1970 */
export function createGate(first: Access, wallMs: () => number, report: (event: GateEvent) => void): Gate {
  let access = first;
  const holders = new Map<string, Holder>();
  /** While open connections are asked about: the keys that may do less than before. */
  let narrowed: ReadonlySet<string> | undefined;

  function holderOf(publicKey: string): Holder | undefined {
    const known = holders.get(publicKey);
    if (known !== undefined) return known;
    const grant = access.authorize(publicKey, wallMs());
    if (typeof grant === 'string') return undefined;
    const holder = { grant, decider: createDecider(grant), quotas: quotasOfGrant(grant), connections: 0 };
    holders.set(publicKey, holder);
    return holder;
  }

  function nameOf(publicKey: string): string {
    return access.nameOf(publicKey) ?? `key ${publicKey}`;
  }

  function refusalOf(publicKey: string, needed: readonly string[] | undefined): string | undefined {
    const grant = access.authorize(publicKey, wallMs());
    if (typeof grant === 'string') return refusals[grant];
    const lacking = lackingText(grant, needed);
    if (lacking !== undefined) return lacking;
    if (narrowed !== undefined) return narrowed.has(publicKey) ? 'the key may do less than before' : undefined;
    const connections = holders.get(publicKey)?.connections ?? 0;
    const { connectionsMax } = quotasOfGrant(grant);
    return connections < connectionsMax
      ? undefined
      : `the key has ${connectionsMax} connection${connectionsMax === 1 ? '' : 's'}, as many as it may have`;
  }

  /** Connections that are cut have old rights, so a later connection of the key begins anew. */
  function cut(keys: ReadonlySet<string>, recheck: () => void): void {
    for (const key of keys) holders.delete(key);
    narrowed = keys;
    try {
      recheck();
    } finally {
      narrowed = undefined;
    }
  }

  return {
    nameOf,
    authorize(publicKey, needed) {
      const cause = refusalOf(publicKey, needed);
      if (cause === undefined) return undefined;
      report({ what: narrowed === undefined ? 'refused' : 'cut', name: nameOf(publicKey), cause });
      return cause;
    },
    open(publicKey) {
      // A list that changed during the handshake has no holder for it: then the connection may do nothing.
      const holder = holderOf(publicKey);
      if (holder === undefined) return nothing;
      holder.connections += 1;
      report({ what: 'accepted', name: holder.grant.name });
      const refuse = (cause: string): string => {
        report({ what: 'right-refused', name: holder.grant.name, cause });
        return cause;
      };
      return {
        publish(topic) {
          return holder.decider.mayPublish(topic) ? undefined : refuse(`publish: ${kindText(topic)}`);
        },
        subscribe(prefix, held) {
          if (!holder.decider.maySubscribe(prefix)) return refuse(`subscribe: ${kindText(prefix)}`);
          return held < holder.quotas.subscriptionsMax ? undefined : refuse('subscribe: more than the role needs');
        },
        refused: (why) => void refuse(why),
        closed() {
          holder.connections -= 1;
          if (holder.connections === 0 && holders.get(publicKey) === holder) holders.delete(publicKey);
        },
      };
    },
    replace(next, recheck) {
      access = next;
      const lost = new Set<string>();
      for (const [key, holder] of holders) {
        const grant = next.authorize(key, wallMs());
        if (typeof grant === 'string' || isNarrowed(holder.grant, grant)) {
          lost.add(key);
          continue;
        }
        holder.grant = grant;
        holder.decider = createDecider(grant);
        holder.quotas = quotasOfGrant(grant);
      }
      cut(lost, recheck);
    },
    expire(recheck) {
      const nowMs = wallMs();
      const expired = [...holders].filter(([, { grant }]) => nowMs >= grant.expiresAtMs).map(([key]) => key);
      if (expired.length > 0) cut(new Set(expired), recheck);
      return access.grants.reduce(
        (next, { expiresAtMs }) => (expiresAtMs > nowMs ? Math.min(next, expiresAtMs) : next),
        Number.POSITIVE_INFINITY,
      );
    },
  };
}

const nothing: GatePass = {
  publish: () => refusals['not listed'],
  subscribe: () => refusals['not listed'],
  refused: () => undefined,
  closed: () => undefined,
};

/** Names that are no roles here are those of another version, and do not count. */
function lackingText({ roles: granted }: Grant, needed: readonly string[] = []): string | undefined {
  const known = roles.filter((role) => needed.includes(role));
  if (known.length === 0 || known.some((role) => granted.includes(role))) return undefined;
  const has = `the key has the role${granted.length === 1 ? '' : 's'} ${granted.join(' and ')}`;
  return `${has}, and the program needs ${known.join(' or ')}`;
}

/** A few words, so that invented topics do not fill the log. */
function kindText(topic: string): string {
  const dot = topic.lastIndexOf('.');
  return topicKindName(topic.slice(0, Math.max(0, dot))) ?? 'no topic of a role';
}
