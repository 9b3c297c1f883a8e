import { roles } from '@cateto/contracts';
import type { AccessEntry, AccessEvents } from '@cateto/keys';
import { createAccess } from '@cateto/keys';
import { expect, onTestFinished, vi } from 'vitest';
import { curveKeyPair } from 'zeromq';
import type { BusEvent } from '../../participant/events.ts';
import { freeBrokers } from '../brokers.test-support.ts';
import { startSecuredBroker } from '../secured-broker.ts';
import type { RawPeer } from './raw-peer.test-support.ts';
import { beatListener, prefixOf, rawPeer } from './raw-peer.test-support.ts';

/* A broker with an access list, and raw peers with keys of this list. */

export const waiting = { timeout: 40_000, interval: 10 };

export type Named = Omit<AccessEntry, 'name' | 'publicKey'>;

/** A broker with a key for each of these names: one that is alone and active, or the standby of an active one. */
export async function secured(given: Readonly<Record<string, Named>>, state: 'active' | 'standby' = 'active') {
  const both = await freeBrokers();
  const [other, own] = both;
  const endpoint = state === 'active' ? other : own;
  const server = curveKeyPair();
  const pairs = Object.fromEntries(Object.keys(given).map((name) => [name, curveKeyPair()]));
  const pairOf = (name: string) => pairs[name] ?? server;
  const listing = (entries: Readonly<Record<string, Named>>) =>
    createAccess(
      {
        keys: Object.entries(entries).map(([name, entry]) => ({ name, publicKey: pairOf(name).publicKey, ...entry })),
      },
      prefixOf,
    );
  const events: BusEvent[] = [];
  let changes: AccessEvents | undefined;
  const start = async (rank: 'primary' | 'backup', onEvent: (event: BusEvent) => void): Promise<void> => {
    const broker = await startSecuredBroker({
      rank,
      brokers: state === 'active' ? [endpoint] : both,
      bind: endpoint.host,
      heartbeatMs: 50,
      peerLostMs: 1_000,
      onEvent,
      // Both have one key, so that a test has one public key.
      security: {
        keyPair: server,
        brokers: [server.publicKey, server.publicKey],
        access: { first: listing(given), watch: (taken) => void (changes = taken), close: () => undefined },
      },
    });
    onTestFinished(broker.close);
  };
  const ofOther: BusEvent[] = [];
  const active = (log: readonly BusEvent[]): Promise<void> =>
    vi.waitFor(() => expect(log.some(({ event }) => event === 'active')).toBe(true), waiting);
  if (state === 'standby') {
    await start('primary', (event) => void ofOther.push(event));
    await active(ofOther);
  }
  await start(state === 'active' ? 'primary' : 'backup', (event) => void events.push(event));
  if (state === 'active') await active(events);
  return {
    endpoint,
    server,
    pairOf,
    events,
    change: (next: Readonly<Record<string, Named>>) => changes?.reloaded(listing(next)),
    unreadable: (message: string) => changes?.unreadable(message),
    peer: (name: string): Promise<RawPeer> => rawPeer(endpoint, server.publicKey, pairOf(name)),
    listener: (name: string): Promise<Uint8Array[]> => beatListener(endpoint, server.publicKey, pairOf(name)),
    stranger: (): Promise<RawPeer> => rawPeer(endpoint, server.publicKey, curveKeyPair()),
    counted: (event: BusEvent['event'], name: string, cause: string): number =>
      events.reduce((sum, one) => {
        const fits = one.event === event && 'name' in one && one.name === name && 'cause' in one && one.cause === cause;
        return fits && 'count' in one ? sum + one.count : sum;
      }, 0),
  };
}

export const heard = (peer: RawPeer, text: string): Promise<void> =>
  vi.waitFor(() => expect(peer.said).toContain(text), waiting);

export const everyone: Readonly<Record<string, Named>> = {
  all: { roles },
  ...Object.fromEntries(roles.map((role) => [role, { roles: [role] }])),
};
