import type { Lane, Role } from '@cateto/contracts';
import type { PrefixOf } from './access-list.ts';
import type { AccessFile } from './access-schema.ts';

/** The rights of a key's owner. */
export interface Grant {
  readonly name: string;
  /** In Z85. */
  readonly publicKey: string;
  /** The characters with which all addresses of the key begin. */
  readonly addressPrefix: string;
  readonly roles: readonly Role[];
  /** Undefined permits all. */
  readonly operations: ReadonlySet<string> | undefined;
  readonly lanes: ReadonlySet<Lane> | undefined;
  readonly formulas: ReadonlySet<string> | undefined;
  /** Milliseconds since 1970; infinite for a key that does not expire. */
  readonly expiresAtMs: number;
  readonly connectionsMax: number | undefined;
}

/** Why a key is refused. */
export type Refusal = 'not listed' | 'expired';

/** The keys that a broker accepts. */
export interface Access {
  readonly grants: readonly Grant[];
  /** @param nowMs milliseconds since 1970 */
  authorize(publicKey: string, nowMs: number): Grant | Refusal;
  /** The name of a listed key, expired or not. */
  nameOf(publicKey: string): string | undefined;
}

export interface AccessEvents {
  reloaded(access: Access): void;
  /** The list cannot be used; the one from before stays. `message` is one line. */
  unreadable(message: string): void;
}

/** A list that may change while a broker uses it. */
export interface AccessSource {
  /** The list at the start. */
  readonly first: Access;
  /** Begins to report changes. */
  watch(events: AccessEvents): void;
  close(): void;
}

export function createAccess({ keys }: AccessFile, prefixOf: PrefixOf): Access {
  const grants = keys.map((entry): Grant => {
    const { name, publicKey, roles, operations, lanes, formulas, expires, connectionsMax } = entry;
    return {
      name,
      publicKey,
      addressPrefix: prefixOf(publicKey),
      roles,
      operations: setOf(operations),
      lanes: setOf(lanes),
      formulas: setOf(formulas),
      expiresAtMs: expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires),
      connectionsMax,
    };
  });
  const byKey = new Map(grants.map((grant) => [grant.publicKey, grant]));
  return {
    grants,
    authorize(publicKey, nowMs) {
      const grant = byKey.get(publicKey);
      if (grant === undefined) return 'not listed';
      return nowMs >= grant.expiresAtMs ? 'expired' : grant;
    },
    nameOf: (publicKey) => byKey.get(publicKey)?.name,
  };
}

function setOf<T>(values: readonly T[] | undefined): ReadonlySet<T> | undefined {
  return values === undefined ? undefined : new Set(values);
}
