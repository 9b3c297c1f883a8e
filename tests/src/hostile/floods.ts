import type { BrokerEndpoint } from '@cateto/contracts';
import { randomBytes } from 'node:crypto';
import type { FloodPeer } from './flood-peer.ts';
import { command, repeated, silentPeer, zmtpPeer } from './flood-peer.ts';
import { commandFlag, moreFlag, zmtpFrame } from './zmtp-bytes.ts';

/*
 * The floods that peers without keys send at both brokers, as fast as they can, until the time is over. The list names
 * each attack by the action of its peers.
 */

export interface Target {
  readonly brokers: readonly BrokerEndpoint[];
  readonly isOver: () => boolean;
}

type Flood = (target: Target) => Promise<unknown>;
type Port = 'publishPort' | 'subscribePort' | 'heartbeatPort';

let numbers = 0;
function invented(): string {
  numbers += 1;
  return numbers.toString(36).padStart(12, 'stranger0000');
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const typeAt = (port: Port): 'PUB' | 'SUB' => (port === 'publishPort' ? 'PUB' : 'SUB');

/** One peer at each of these ports sends blocks. When it is cut off, another one takes its place. */
function flooding(ports: readonly Port[], block: () => Buffer, { peers = 1, everyMs = 0 } = {}): Flood {
  return ({ brokers, isOver }) => {
    const flood = async (broker: BrokerEndpoint, port: Port): Promise<void> => {
      while (!isOver()) {
        const peer = await zmtpPeer(broker[port], typeAt(port));
        while (!isOver() && peer.isOpen()) {
          await peer.send(block());
          if (everyMs > 0) await pause(everyMs);
        }
        peer.close();
      }
    };
    const all = brokers.flatMap((broker) => ports.map((port) => [broker, port] as const));
    return Promise.all(all.flatMap((one) => Array.from({ length: peers }, () => flood(...one))));
  };
}

/** So many peers at each of these ports do something once, and then stay. */
function staying(
  ports: readonly Port[],
  peers: number,
  act: (broker: BrokerEndpoint, port: Port) => Promise<FloodPeer>,
): Flood {
  return async ({ brokers, isOver }) => {
    const all: FloodPeer[] = [];
    for (let count = 0; count < peers && !isOver(); count += 1) {
      for (const broker of brokers) for (const port of ports) all.push(await act(broker, port));
    }
    while (!isOver()) await pause(50);
    for (const peer of all) peer.close();
  };
}

const bothData = ['publishPort', 'subscribePort'] as const;
const empty = Buffer.alloc(0);
const subscribe = (topic: string): Buffer => command('SUBSCRIBE', topic);
const many = (count: number, one: () => Buffer): Buffer => Buffer.concat(Array.from({ length: count }, one));
const message = (topic: string, body: Uint8Array): Buffer =>
  Buffer.concat([zmtpFrame(moreFlag, topic), zmtpFrame(0, body)]);
const resultTopic = 'calc.hypotenuse.result.stranger0001';

/** Peers that subscribe to everything and never read, and a publisher for each broker. */
function unread(minor: 0 | 1): Flood {
  const silent = staying(['subscribePort'], 40, async (broker, port) => {
    const peer = await zmtpPeer(broker[port], 'SUB', minor);
    await peer.send(minor === 0 ? zmtpFrame(0, '\x01calc.') : subscribe('calc.'));
    peer.ignore();
    return peer;
  });
  const published = repeated(message(resultTopic, Buffer.alloc(10_000, 0xc1)), 20);
  const loud = flooding(['publishPort'], () => published, { everyMs: 10 });
  return (target) => Promise.all([silent(target), loud(target)]);
}

/** Two frames of a megabyte, and a third one that lacks its last byte. */
async function incomplete(broker: BrokerEndpoint, port: Port): Promise<FloodPeer> {
  const size = port === 'heartbeatPort' ? 1_000 : 1_048_576;
  const whole = zmtpFrame(moreFlag, Buffer.alloc(size));
  const peer = await zmtpPeer(broker[port], typeAt(port));
  for (const bytes of [whole, whole, whole.subarray(0, -1)]) await peer.send(bytes);
  return peer;
}

/** Calc-servers and op-servers that live for 0.3 s, thirty at a time. */
async function shortLived({ brokers, isOver }: Target): Promise<void> {
  const operations = ['square', 'multiply'].flatMap((name) => [1, 2, 3, 4].map((lane) => `${name}.request.${lane}`));
  const live = async (): Promise<void> => {
    while (!isOver()) {
      const address = invented();
      const topics = ['request.1', 'request.2', ...operations].map((route) => `calc.${route}.${address}`);
      const peers = await Promise.all(brokers.map(({ subscribePort }) => zmtpPeer(subscribePort, 'SUB')));
      await Promise.all(peers.map((peer) => peer.send(Buffer.concat(topics.map(subscribe)))));
      await pause(300);
      for (const peer of peers) peer.close();
    }
  };
  await Promise.all(Array.from({ length: 30 }, live));
}

export const floods = {
  'subscribe to beats by thousands of topics': flooding(
    ['heartbeatPort'],
    () => many(500, () => subscribe(randomBytes(18).toString('base64'))),
    { everyMs: 8 },
  ),
  // 40,000 changes a second at each broker. Without a pause it would be 150,000, and servers too busy for a test.
  'subscribe and unsubscribe without end': flooding(
    ['subscribePort'],
    () =>
      many(200, () => {
        const topic = `calc.request.1.${invented()}`;
        return Buffer.concat([subscribe(topic), command('CANCEL', topic)]);
      }),
    { everyMs: 10 },
  ),
  'subscribe to the same topic without end': flooding(['subscribePort'], () => repeated(subscribe(resultTopic), 2_000)),
  'have 10,000 subscriptions each': staying(['subscribePort'], 30, async (broker, port) => {
    const peer = await zmtpPeer(broker[port], 'SUB');
    for (let sent = 0; sent < 20; sent += 1)
      await peer.send(many(500, () => subscribe(`calc.a.result.1.${invented()}`)));
    return peer;
  }),
  'subscribe to what is no topic': flooding(['subscribePort'], () =>
    many(500, () => subscribe(`nonsense.${invented()}`)),
  ),
  'read nothing': unread(1),
  'read nothing, and speak ZMTP 3.0': unread(0),
  'leave messages incomplete': staying([...bothData, 'heartbeatPort'], 60, incomplete),
  'never end their handshakes': staying([...bothData, 'heartbeatPort'], 400, (broker, port) =>
    silentPeer(broker[port]),
  ),
  'send two-byte frames': flooding([...bothData, 'heartbeatPort'], () => repeated(zmtpFrame(0, empty), 16_384)),
  'send messages without an end': flooding(bothData, () => repeated(zmtpFrame(moreFlag, empty), 16_384)),
  'send commands that do not exist': flooding(bothData, () => repeated(zmtpFrame(commandFlag, empty), 16_384)),
  'send PINGs without end': flooding(bothData, () => repeated(command('PING', '\0\0'), 4_096)),
  'publish on topics of another system': flooding(['publishPort'], () => repeated(message('x', empty), 8_192)),
  'publish valid messages as fast as they can': flooding(
    ['publishPort'],
    () => repeated(message(resultTopic, Buffer.of(0xc1)), 2_048),
    { peers: 8 },
  ),
  'pass for servers that live for 0.3 s': shortLived,
} as const satisfies Readonly<Record<string, Flood>>;

export type FloodName = keyof typeof floods;
