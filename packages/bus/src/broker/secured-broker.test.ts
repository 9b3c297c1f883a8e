import type { Role, TopicKindName } from '@cateto/contracts';
import { addressed, roles, roleTable } from '@cateto/contracts';
import type { AccessEntry, AccessEvents } from '@cateto/keys';
import { createAccess } from '@cateto/keys';
import { expect, onTestFinished, test, vi } from 'vitest';
import { curveKeyPair } from 'zeromq';
import type { BusEvent } from '../participant/events.ts';
import { freeBrokers } from './brokers.test-support.ts';
import type { RawPeer } from './gate/raw-peer.test-support.ts';
import { prefixOf, rawPeer } from './gate/raw-peer.test-support.ts';
import { startSecuredBroker } from './secured-broker.ts';

/* What the owner of a listed key can do at a broker, tried by peers that send whatever they like. */

const routes: Readonly<Record<TopicKindName, string>> = {
  operand: 'calc.request.1',
  operationRequest: 'calc.price.request.1',
  operationResult: 'calc.price.result.1',
  formulaResult: 'calc.spread.result',
  statusRequest: 'calc.status.request',
  statusResult: 'calc.status.result',
  cancel: 'calc.cancel',
  beat: 'calc.beat',
  ended: 'calc.ended',
  hello: 'calc.hello',
};
const kinds = Object.keys(routes) as readonly TopicKindName[];
const waiting = { timeout: 40_000, interval: 10 };

type Named = Omit<AccessEntry, 'name' | 'publicKey'>;

/** A broker with a key for each of these names: one that is alone and active, or the standby of an active one. */
async function secured(given: Readonly<Record<string, Named>>, state: 'active' | 'standby' = 'active') {
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
    events,
    change: (next: Readonly<Record<string, Named>>) => changes?.reloaded(listing(next)),
    unreadable: (message: string) => changes?.unreadable(message),
    peer: (name: string): Promise<RawPeer> => rawPeer(endpoint, server.publicKey, pairOf(name)),
    stranger: (): Promise<RawPeer> => rawPeer(endpoint, server.publicKey, curveKeyPair()),
    counted: (event: BusEvent['event'], name: string, cause: string): number =>
      events.reduce((sum, one) => {
        const fits = one.event === event && 'name' in one && one.name === name && 'cause' in one && one.cause === cause;
        return fits && 'count' in one ? sum + one.count : sum;
      }, 0),
  };
}

const heard = (peer: RawPeer, text: string): Promise<void> =>
  vi.waitFor(() => expect(peer.said).toContain(text), waiting);

const everyone: Readonly<Record<string, Named>> = {
  all: { roles },
  ...Object.fromEntries(roles.map((role) => [role, { roles: [role] }])),
};

test.each(roles)(
  'a peer with the key of a %s publishes what its row of the table allows, and nothing else',
  async (role) => {
    const { peer, counted } = await secured(everyone);
    const [watching, trying] = await Promise.all([peer('all'), peer(role)]);
    watching.subscriber.subscribe('calc.');
    await Promise.all([heard(watching, 'subscriber: connected'), heard(trying, '+calc.hello.')]);
    const { publishes } = roleTable[role];
    // The subscription of the watching peer may arrive after the first messages.
    await vi.waitFor(() => {
      for (const kind of kinds) trying.send(addressed(routes[kind], trying.address));
      for (const kind of publishes) expect(watching.said).toContain(addressed(routes[kind], trying.address));
      for (const kind of kinds.filter((one) => !publishes.has(one))) {
        expect(counted('right-refused', role, `publish: ${kind}`)).toBeGreaterThan(0);
      }
    }, waiting);
    const published = kinds.filter((kind) => watching.said.includes(addressed(routes[kind], trying.address)));
    expect(published).toEqual(kinds.filter((kind) => publishes.has(kind)));
  },
);

test.each(roles)(
  'a peer with the key of a %s receives what its row of the table allows, and nothing else',
  async (role: Role) => {
    const { peer, counted } = await secured(everyone);
    const [sending, trying] = await Promise.all([peer('all'), peer(role)]);
    await Promise.all([heard(sending, '+calc.hello.'), heard(trying, 'subscriber: connected')]);
    for (const kind of kinds) trying.subscriber.subscribe(addressed(routes[kind], trying.address));
    // Of another participant, and a prefix that only an observer may read.
    trying.subscriber.subscribe(addressed('calc.beat', sending.address));
    if (role !== 'observer') trying.subscriber.subscribe('calc.request.');
    const { receives } = roleTable[role];
    await vi.waitFor(() => {
      for (const kind of kinds.filter((one) => !receives.has(one))) {
        const cause = kind === 'ended' ? 'subscribe: ended' : `subscribe: ${kind}`;
        expect(counted('right-refused', role, cause)).toBeGreaterThan(0);
      }
      for (const kind of kinds) sending.send(addressed(routes[kind], trying.address));
      sending.send(addressed('calc.beat', sending.address));
      trying.send(addressed(routes.hello, trying.address));
      for (const kind of receives) expect(trying.said).toContain(addressed(routes[kind], trying.address));
    }, waiting);
    const received = kinds.filter((kind) => trying.said.includes(addressed(routes[kind], trying.address)));
    expect(received).toEqual(kinds.filter((kind) => receives.has(kind)));
    expect(trying.said).not.toContain(addressed('calc.beat', sending.address));
  },
);

test('a standby broker refuses what an active one refuses', async () => {
  const { peer, counted, events } = await secured(everyone, 'standby');
  const [watching, trying] = await Promise.all([peer('all'), peer('client')]);
  watching.subscriber.subscribe('calc.');
  await Promise.all([heard(watching, 'subscriber: connected'), heard(trying, 'subscriber: connected')]);
  const [forbidden, allowed] = [
    addressed(routes.formulaResult, trying.address),
    addressed('calc.hello', trying.address),
  ];
  await vi.waitFor(() => {
    trying.send(forbidden);
    trying.send(allowed);
    expect(watching.said).toContain(allowed);
    expect(counted('right-refused', 'client', 'publish: formulaResult')).toBeGreaterThan(0);
  }, waiting);
  expect(watching.said).not.toContain(forbidden);
  expect(events.some(({ event }) => event === 'active')).toBe(false);
});

test('a message in the name of another is dropped, and the log names the key that sent it', async () => {
  const { peer, counted } = await secured(everyone);
  const [watching, forging] = await Promise.all([peer('all'), peer('calc-server')]);
  watching.subscriber.subscribe('calc.');
  await Promise.all([heard(watching, 'subscriber: connected'), heard(forging, '+calc.hello.')]);
  const [forged, own] = [addressed('calc.spread.result', watching.address), addressed('calc.hello', forging.address)];
  await vi.waitFor(() => {
    forging.send(forged, watching.address);
    forging.send(own);
    expect(watching.said).toContain(own);
    expect(counted('right-refused', 'calc-server', 'a sender that is not the publisher')).toBeGreaterThan(0);
  }, waiting);
  expect(watching.said).not.toContain(forged);
});

test('a key that is not listed is refused, and both its owner and the log have the reason', async () => {
  const { stranger, events } = await secured(everyone);
  const { said } = await stranger();
  await vi.waitFor(() => {
    expect(said).toContain('publisher: the other side refuses the key: the key is not listed (400)');
    expect(said).toContain('subscriber: the other side refuses the key: the key is not listed (400)');
  }, waiting);
  expect(events).toContainEqual({
    event: 'peer-refused',
    name: expect.stringMatching(/^key .{40}$/),
    cause: 'the key is not listed',
    count: 1,
  });
});

test.each<[string, Record<string, Named>]>([
  ['the key is not listed', {}],
  ['the key has expired', { client: { roles: ['client'], expires: '2020-01-01T00:00:00Z' } }],
  ['the key may do less than before', { client: { roles: ['client'], formulas: ['spread'] } }],
])('a changed list cuts connections at once when %s, and the others stay', async (cause, next) => {
  const { peer, change, events } = await secured(everyone);
  const [cut, kept] = await Promise.all([peer('client'), peer('op-server')]);
  for (const one of [cut, kept]) await Promise.all([heard(one, '+calc.hello.'), heard(one, 'subscriber: connected')]);
  change({ 'op-server': { roles: ['op-server'] }, ...next });
  await Promise.all([heard(cut, 'publisher: closed'), heard(cut, 'subscriber: closed')]);
  const cuts = events.filter((event) => event.event === 'peer-cut');
  expect(cuts.length).toBeGreaterThan(0);
  for (const event of cuts) expect(event).toMatchObject({ cause });
  expect(events).toContainEqual({ event: 'access-reloaded', keys: Object.keys(next).length + 1 });
  expect(kept.said.some((text) => text.includes('closed'))).toBe(false);
});

test('a key is cut when it expires, without a change of the list', async () => {
  const expires = new Date(Date.now() + 3_000).toISOString();
  const { peer, events } = await secured({ client: { roles: ['client'], expires } });
  const client = await peer('client');
  await heard(client, '+calc.hello.');
  await heard(client, 'publisher: closed');
  expect(events).toContainEqual({ event: 'peer-cut', name: 'client', cause: 'the key has expired', count: 1 });
});

test('a list that cannot be read is reported, and the keys from before stay', async () => {
  const { peer, unreadable, events } = await secured(everyone);
  const client = await peer('client');
  await heard(client, '+calc.hello.');
  unreadable('access.json:3: keys[0].roles[0]: "clint" is not a role');
  expect(events).toContainEqual({
    event: 'access-unreadable',
    message: 'access.json:3: keys[0].roles[0]: "clint" is not a role',
  });
  expect(client.said.some((text) => text.includes('closed'))).toBe(false);
  expect((await peer('client')).said).toEqual([]);
});

test('a key has no more connections than its entry allows', async () => {
  const { peer, counted } = await secured({ client: { roles: ['client'], connectionsMax: 2 } });
  const first = await peer('client');
  await Promise.all([heard(first, '+calc.hello.'), heard(first, 'subscriber: connected')]);
  const cause = 'the key has 2 connections, as many as it may have';
  await heard(await peer('client'), `publisher: the other side refuses the key: ${cause} (400)`);
  expect(counted('peer-refused', 'client', cause)).toBeGreaterThan(0);
});
