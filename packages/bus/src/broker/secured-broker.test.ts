import type { Named } from './gate/secured.test-support.ts';
import { heard, everyone, secured, waiting } from './gate/secured.test-support.ts';
import { addressed } from '@cateto/contracts';
import { expect, test, vi } from 'vitest';

/* The owner of a listed key at a broker. role-cells.test.ts has what each role may publish and receive. */

test('a message in the name of another is dropped, and the log names the key that sent it', async () => {
  const { peer, counted, events } = await secured(everyone);
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
  // An event of the key has reported the refusal, so no other event repeats it.
  expect(events.filter(({ event }) => event === 'message-dropped')).toEqual([]);
});

test('a participant whose address is the beginning of another one’s receives none of its messages', async () => {
  const { peer, counted } = await secured({ ...everyone, victim: { roles: ['client'] } });
  const [sending, victim, trying] = await Promise.all([peer('all'), peer('victim'), peer('client')]);
  const topic = addressed('calc.spread.result', victim.address);
  const own = addressed('calc.spread.result', trying.address);
  victim.subscriber.subscribe(topic);
  // Of every length, from the whole address without its last character down to none, and the topic without its dot.
  const lengths = Array.from({ length: victim.address.length + 1 }, (_, index) => index + 1);
  for (const less of lengths) trying.subscriber.subscribe(topic.slice(0, -less));
  trying.subscriber.subscribe(own);
  await vi.waitFor(() => {
    sending.send(topic);
    sending.send(own);
    expect(victim.said).toContain(topic);
    expect(trying.said).toContain(own);
  }, waiting);
  expect(counted('right-refused', 'client', 'subscribe: formulaResult')).toBeGreaterThan(0);
  expect(trying.said).not.toContain(topic);
});

test('a key that is not listed is refused, and both its owner and the log have the reason', async () => {
  const { stranger, events } = await secured(everyone);
  const { said } = await stranger();
  await vi.waitFor(() => {
    expect(
      said.some((text) => text.startsWith('publisher: the other side refuses the key: the key is not listed')),
    ).toBe(true);
    expect(said).toContain('subscriber: the other side refuses the key: the key is not listed (400)');
  }, waiting);
  expect(events).toContainEqual({
    event: 'peer-refused',
    name: expect.stringMatching(/^key .{40}$/),
    cause: 'the key is not listed',
    count: 1,
  });
  expect(events.filter(({ event }) => event === 'message-dropped')).toEqual([]);
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

test('a listener to beats is cut like any other connection, when its key expires and when it is removed', async () => {
  const expires = new Date(Date.now() + 3_000).toISOString();
  const { listener, change, events } = await secured({
    client: { roles: ['client'], expires },
    observer: { roles: ['observer'] },
  });
  const heardBeats = await Promise.all([listener('client'), listener('observer')]);
  await vi.waitFor(() => {
    for (const beats of heardBeats) expect(beats.length).toBeGreaterThan(0);
  }, waiting);
  const cut = (name: string, cause: string): Promise<void> =>
    vi.waitFor(() => expect(events).toContainEqual({ event: 'peer-cut', name, cause, count: 1 }), waiting);
  await cut('client', 'the key has expired');
  change({ client: { roles: ['client'] } });
  await vi.waitFor(
    () =>
      expect(events.some((event) => event.event === 'peer-cut' && event.cause === 'the key is not listed')).toBe(true),
    waiting,
  );
});

test('listening to beats counts among the connections of a key', async () => {
  const { listener, counted } = await secured({ client: { roles: ['client'], connectionsMax: 1 } });
  const first = await listener('client');
  await vi.waitFor(() => expect(first.length).toBeGreaterThan(0), waiting);
  await listener('client');
  await vi.waitFor(() => {
    expect(counted('peer-refused', 'client', 'the key has 1 connection, as many as it may have')).toBeGreaterThan(0);
  }, waiting);
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
  await heard(await peer('client'), `subscriber: the other side refuses the key: ${cause} (400)`);
  expect(counted('peer-refused', 'client', cause)).toBeGreaterThan(0);
});
