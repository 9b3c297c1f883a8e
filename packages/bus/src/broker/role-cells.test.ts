import type { Role, TopicKindName } from '@cateto/contracts';
import { addressed, markerTopic, roles, topicShape } from '@cateto/contracts';
import { exampleRoutes } from '@cateto/contracts/tools';
import { expect, test, vi } from 'vitest';
import type { Named } from './gate/secured.test-support.ts';
import { heard, secured, waiting } from './gate/secured.test-support.ts';
import type { RawPeer } from './gate/raw-peer.test-support.ts';

/*
 * What the key of each role may do at a broker, cell by cell: peers try every kind of topic, and everything that is no
 * topic. The table is written out here, so that a change of the table of topics has to be made twice.
 */

/** p: publishes to others; P: also to itself; s: subscribes with its own address; x: reads by a prefix. */
const table = `
                   client  calc-server  op-server  observer  broker
operand            pP      s            -          x         -
operationRequest   -       pP           s          x         -
operationResult    -       s            pP         x         -
formulaResult      s       pP           -          x         -
statusRequest      pP      s            s          x         -
statusResult       s       pP           pP         x         -
eventsRequest      -       s            s          pPx       -
eventsResult       -       pP           pP         sx        -
cancel             pP      pPs          s          x         -
beat               s       pPs          pP         x         -
hello              Ps      Ps           Ps         Psx       -
ended              -       -            -          x         -
`;

const [head = [], ...rows] = table
  .trim()
  .split('\n')
  .map((row) => row.trim().split(/\s+/));

const kinds = Object.keys(exampleRoutes) as readonly TopicKindName[];
const resending = { ...waiting, interval: 100 };
const other = 'k3f0q9x2m1zd';
/** Ends a list of subscriptions, because every role is refused it, and the log tells so. */
const last = addressed('calc.hello', 'zzzzzzzzzzzz');

/**
 * No role may publish these topics. An observer may subscribe to those that begin with `calc.`, because a subscription
 * is a prefix.
 */
const strange = ['', 'c', 'calc', 'calc.invented', 'calc.request.9', 'other', `other.request.1.${other}`];

async function connected(broker: Broker, key: string): Promise<RawPeer> {
  const peer = await broker.peer(key);
  await Promise.all([heard(peer, 'publisher: connected'), heard(peer, 'subscriber: connected')]);
  return peer;
}

const expected = Object.fromEntries(
  head.map((role, column) => [role, Object.fromEntries(rows.map(([kind = '', ...cells]) => [kind, cells[column]]))]),
);

/** The keys of one role: each has its own name, so that the log tells what each was refused. */
function keysOf(role: Role): Readonly<Record<string, Named>> {
  const names = ['to others', 'to itself', 'strange messages', 'own', 'of others', 'prefixes', 'strange'];
  const named = names.map((name) => [name, { roles: [role] }]);
  return { all: { roles }, ...(Object.fromEntries(named) as Readonly<Record<string, Named>>) };
}

type Broker = Awaited<ReturnType<typeof secured>>;

/** How many things a key was refused in all. */
function refusals({ events }: Broker, key: string): number {
  return events.reduce((sum, one) => (one.event === 'right-refused' && one.name === key ? sum + one.count : sum), 0);
}

/**
 * Publishes a message of every kind to these addresses with a key of its own, again and again: a broker that stood still
 * drops messages. @returns the kinds that were forwarded
 */
async function published(
  broker: Broker,
  watching: RawPeer,
  key: string,
  to: (own: string) => string,
): Promise<ReadonlySet<TopicKindName>> {
  const trying = await connected(broker, key);
  const topicOf = (kind: TopicKindName): string => addressed(exampleRoutes[kind], to(trying.address));
  const isForwarded = (kind: TopicKindName): boolean => watching.said.includes(topicOf(kind));
  await vi.waitFor(() => {
    for (const kind of kinds) trying.send(topicOf(kind));
    for (const kind of kinds) {
      const isRefused = broker.counted('right-refused', key, `publish: ${kind}`) > 0;
      expect([kind, isForwarded(kind), isRefused]).toEqual([kind, !isRefused, !isForwarded(kind)]);
    }
  }, resending);
  return new Set(kinds.filter(isForwarded));
}

/** Publishes on what is no topic of a participant. */
async function publishedStrange(broker: Broker, watching: RawPeer): Promise<void> {
  const trying = await connected(broker, 'strange messages');
  const topics = [...strange, markerTopic(3, trying.address), markerTopic(3, other)];
  await vi.waitFor(() => {
    for (const topic of topics) trying.send(topic);
    expect(refusals(broker, 'strange messages')).toBeGreaterThanOrEqual(topics.length);
  }, resending);
  expect(topics.filter((topic) => watching.said.includes(topic))).toEqual([]);
}

/** Subscribes to these topics with a key of its own, and waits until the broker has decided about all of them. */
async function subscribed(broker: Broker, key: string, topicsOf: (own: string) => readonly string[]): Promise<RawPeer> {
  const trying = await connected(broker, key);
  const topics = topicsOf(trying.address);
  for (const topic of topics) trying.subscriber.subscribe(topic);
  const ofAnother = topics.filter((topic) => topicShape(topic) !== undefined && !topic.endsWith(trying.address)).length;
  trying.subscriber.subscribe(last);
  await vi.waitFor(() => {
    expect(broker.counted('right-refused', key, 'a topic of another participant')).toBe(ofAnother + 1);
  }, waiting);
  return trying;
}

/** Tries every cell of a role. @returns its column of the table, as the broker applies it */
async function columnOf(role: Role, state: 'active' | 'standby'): Promise<Readonly<Record<string, string>>> {
  const broker = await secured(keysOf(role), state);
  const all = await connected(broker, 'all');
  all.subscriber.subscribe('calc.');
  // When it hears its own hello, it hears everything.
  await vi.waitFor(() => {
    all.send(addressed('calc.hello', all.address));
    expect(all.said).toContain(addressed('calc.hello', all.address));
  }, waiting);
  const [toOthers, toItself, own, ofOthers, prefixes, ofStrange] = await Promise.all([
    published(broker, all, 'to others', () => other),
    published(broker, all, 'to itself', (address) => address),
    subscribed(broker, 'own', (address) => kinds.map((kind) => addressed(exampleRoutes[kind], address))),
    subscribed(broker, 'of others', () => kinds.map((kind) => addressed(exampleRoutes[kind], other))),
    subscribed(broker, 'prefixes', () => kinds.map((kind) => `${exampleRoutes[kind]}.`)),
    subscribed(broker, 'strange', (address) => [...strange, markerTopic(3, address), markerTopic(3, other)]),
    publishedStrange(broker, all),
  ]);
  const accepted = (key: string, kind: TopicKindName): boolean =>
    broker.counted('right-refused', key, `subscribe: ${kind}`) === 0;
  const isPrefix = role === 'observer' ? (text: string) => text.startsWith('calc.') : () => false;
  const strangeRefused = [...strange, 'own marker', 'other marker', 'the last one'].filter((text) => !isPrefix(text));
  await vi.waitFor(() => expect(refusals(broker, 'strange')).toBe(strangeRefused.length), waiting);

  // Messages of every kind arrive where a subscription was accepted, and nowhere else.
  // No key publishes an end, or another one's hello.
  const sent = kinds.filter((kind) => kind !== 'hello' && kind !== 'ended');
  const targets = [other, ...[own, ofOthers, prefixes, ofStrange].map(({ address }) => address)];
  const topicsTo = (to: string): string[] => sent.map((kind) => addressed(exampleRoutes[kind], to));
  const received = ({ said }: RawPeer): string[] => targets.flatMap(topicsTo).filter((topic) => said.includes(topic));
  const ofOwn = sent.filter((kind) => accepted('own', kind)).map((kind) => addressed(exampleRoutes[kind], own.address));
  await vi.waitFor(() => {
    for (const topic of targets.flatMap(topicsTo)) all.send(topic);
    expect(received(all)).toEqual(targets.flatMap(topicsTo));
    expect(received(own)).toEqual(ofOwn);
    expect(received(prefixes)).toEqual(role === 'observer' ? targets.flatMap(topicsTo) : []);
  }, resending);
  expect([received(ofOthers), received(ofStrange)]).toEqual([[], []]);
  return Object.fromEntries(
    kinds.map((kind) => {
      const may = {
        p: toOthers.has(kind),
        P: toItself.has(kind),
        s: accepted('own', kind),
        x: accepted('prefixes', kind),
      };
      const letters = Object.entries(may).flatMap(([letter, is]) => (is ? [letter] : []));
      return [kind, letters.join('') || '-'];
    }),
  );
}

test.each(['active', 'standby'] as const)(
  'a key may publish and receive what its column of the table has, and nothing else, while the broker is %s',
  async (state) => {
    const columns = await Promise.all(roles.map((role) => columnOf(role, state)));
    expect(Object.fromEntries(roles.map((role, index) => [role, columns[index]]))).toEqual(expected);
  },
);
