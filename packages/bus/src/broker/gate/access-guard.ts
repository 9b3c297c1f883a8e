import type { AccessSource } from '@cateto/keys';
import type { BrokerKeys, KeyPair } from '../../link/keys.ts';
import type { Platform } from '../../link/link.ts';
import type { OnEvent } from '../../participant/events.ts';
import { createThrottledCounter } from '../../participant/throttled-counter.ts';
import type { GateEvent } from './gate.ts';
import { createGate } from './gate.ts';

/* Applies an access list to the connections of a broker, follows its changes, and reports what it refuses. */

/** The keys of a broker, and the list of those that may connect. */
export interface BrokerSecurity {
  readonly keyPair: KeyPair;
  /** The public keys of the brokers, in the order of the brokers. */
  readonly brokers: readonly string[];
  /** The public keys of the brokers as they are now. @throws Error when they cannot be read */
  readonly brokersNow?: (() => readonly string[]) | undefined;
  readonly access: AccessSource;
}

export interface AccessGuard {
  readonly keys: BrokerKeys;
  /** @param recheck asks again about every open connection */
  watch(recheck: () => void): void;
  close(): void;
}

/** Longer timers fire at once. */
const timerMaxMs = 86_400_000;

/** @param wallMs milliseconds since 1970: keys expire by the calendar */
export function createAccessGuard(
  { keyPair, brokers, brokersNow, access }: BrokerSecurity,
  platform: Platform,
  wallMs: () => number,
  onEvent: OnEvent,
): AccessGuard {
  const accepted = createThrottledCounter(platform, (name, _cause, count) => {
    onEvent({ event: 'peer-accepted', name, count });
  });
  const counterOf = (event: 'peer-refused' | 'right-refused' | 'peer-cut') =>
    createThrottledCounter(platform, (name, cause, count) => onEvent({ event, name, cause, count }));
  const refused = counterOf('peer-refused');
  const rightRefused = counterOf('right-refused');
  const cut = counterOf('peer-cut');
  const gate = createGate(access.first, wallMs, tally);
  let cancelExpiry: (() => void) | undefined;

  function tally(event: GateEvent): void {
    switch (event.what) {
      case 'accepted':
        return accepted.count(event.name, '');
      case 'refused':
        return refused.count(event.name, event.cause);
      case 'right-refused':
        return rightRefused.count(event.name, event.cause);
      case 'cut':
        return cut.count(event.name, event.cause);
    }
  }

  function expire(recheck: () => void): void {
    const nextMs = gate.expire(recheck);
    cancelExpiry?.();
    cancelExpiry = Number.isFinite(nextMs)
      ? platform.after(Math.min(nextMs - wallMs(), timerMaxMs), () => expire(recheck))
      : undefined;
  }

  return {
    keys: {
      keyPair,
      brokers,
      brokersNow,
      authorize: (publicKey, _port, roles) => gate.authorize(publicKey, roles),
      rightsOf: gate.open,
    },
    watch(recheck) {
      expire(recheck);
      access.watch({
        reloaded(next) {
          gate.replace(next, recheck);
          expire(recheck);
          onEvent({ event: 'access-reloaded', keys: next.grants.length });
        },
        unreadable: (message) => onEvent({ event: 'access-unreadable', message }),
      });
    },
    close() {
      cancelExpiry?.();
      access.close();
      for (const counter of [accepted, refused, rightRefused, cut]) counter.close();
    },
  };
}
