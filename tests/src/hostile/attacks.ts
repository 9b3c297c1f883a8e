import type { Calculator } from '@cateto/contracts';
import { calculator, createCodec, hashOf, limits } from '@cateto/contracts';
import type { Client } from '@cateto/sdk';
import { onTestFinished } from 'vitest';
import { Subscriber, XPublisher } from 'zeromq';
import { endpointsOf } from '@cateto/verification/support/endpoints.ts';
import type { PeerKeys } from '../support/raw.ts';
import { dialBoth, rawPeer } from '../support/raw.ts';
import { allClosed, rawTcp, rawZmtp } from './raw-connections.ts';
import { greeting, moreFlag, ready, zmtpFrame } from './zmtp-bytes.ts';

/*
 * Attacks on a running system, of peers without keys, or with the key that an attack is given. Each resolves when it is
 * over. `brokers` has the form of CATETO_BROKERS.
 */

const codec = createCodec();
const contract = hashOf(calculator, 'hypotenuse');
const dayMs = limits.ttlMsMax;

export function stranger(number: number): string {
  return number.toString(36).padStart(12, 'stranger0000');
}

function portsOf(brokers: string): number[] {
  return endpointsOf(brokers).flatMap(({ publishPort, subscribePort, heartbeatPort }) => [
    publishPort,
    subscribePort,
    heartbeatPort,
  ]);
}

/** Bytes that are no ZMTP, half handshakes, and 300 silent connections: all are cut off. */
export async function strangeConnections(brokers: string): Promise<void> {
  const noise = Uint8Array.from({ length: 4_096 }, (_, index) => (index * 7_919) % 251);
  const openings: (readonly (string | Uint8Array)[])[] = [
    [noise],
    ['GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    [greeting().subarray(0, 10)],
    [greeting().subarray(0, 63)],
    [greeting('CURVE')],
    [greeting('\u00ff\u00ff\u00ff')],
    [greeting(), zmtpFrame(4, '\x05READY\xff\xff\xff\xff\xff')],
    [greeting(), zmtpFrame(4, '', 2n ** 33n)],
    [greeting(), ready('ROUTER')],
    [greeting(), zmtpFrame(0, 'a message before the handshake')],
  ];
  const sockets = await Promise.all([
    ...portsOf(brokers).flatMap((port) => openings.map((said) => rawTcp(port, ...said))),
    ...portsOf(brokers).flatMap((port) => Array.from({ length: 50 }, () => rawTcp(port))),
  ]);
  await allClosed(sockets);
}

/**
 * Messages with a wrong number of frames are ignored. A peer that sends or announces a frame above the limit is cut
 * off.
 */
export async function strangeFrames(brokers: string, topic: string): Promise<void> {
  for (const { publishPort, subscribePort } of endpointsOf(brokers)) {
    for (const [port, type] of [
      [publishPort, 'PUB'],
      [subscribePort, 'SUB'],
    ] as const) {
      const many = await rawZmtp(port, type);
      for (let sent = 0; sent < 1_000; sent += 1) {
        many.write(zmtpFrame(0, topic));
        many.write(Buffer.concat([zmtpFrame(moreFlag, topic), zmtpFrame(moreFlag, 'a'), zmtpFrame(0, 'b')]));
        many.write(zmtpFrame(0, ''));
      }
      const huge = await rawZmtp(port, type);
      huge.write(Buffer.concat([zmtpFrame(moreFlag, topic), zmtpFrame(0, Buffer.alloc(2 * limits.frameBytesMax))]));
      const announced = await rawZmtp(port, type);
      announced.write(Buffer.concat([zmtpFrame(moreFlag, topic), zmtpFrame(0, 'x', 2n ** 33n)]));
      const most = await rawZmtp(port, type);
      most.write(zmtpFrame(0, 'x', 2n ** 63n - 1n));
      await allClosed([huge, announced, most]);
    }
  }
}

/**
 * One peer with 5,000 subscriptions: results of names that no catalogue has, servers on a lane without requests, and
 * 500 calc-servers that do not exist.
 */
export async function manySubscriptions(brokers: string): Promise<{ leave(): void }> {
  const subscriber = new Subscriber({ linger: 0 });
  onTestFinished(() => subscriber.close());
  (subscriber as unknown as { setInt32Option(option: number, value: number): void }).setInt32Option(23, 0);
  for (let number = 0; number < 2_000; number += 1) {
    subscriber.subscribe(`calc.n${number}.result.1.${stranger(number)}`, `calc.square.request.8.${stranger(number)}`);
  }
  for (let number = 2_000; number < 2_500; number += 1) {
    subscriber.subscribe(`calc.request.1.${stranger(number)}`, `calc.request.2.${stranger(number)}`);
  }
  for (const { subscribePort } of endpointsOf(brokers)) subscriber.connect(`tcp://127.0.0.1:${subscribePort}`);
  // Every publisher sees these subscriptions, also this one.
  const publisher = new XPublisher({ linger: 0 });
  onTestFinished(() => publisher.close());
  for (const { publishPort } of endpointsOf(brokers)) publisher.connect(`tcp://127.0.0.1:${publishPort}`);
  const seen = new Set<string>();
  while (seen.size < 3_000) {
    const [frame] = await publisher.receive();
    const topic = frame?.toString('latin1', 1) ?? '';
    if (topic.includes('.request.') && topic.includes('.stranger')) seen.add(topic);
  }
  return { leave: () => subscriber.close() };
}

/**
 * Operand 1 of this number of requests. The second operands never come.
 *
 * @param own the sender; unless given, each batch has an invented one
 */
export async function halfRequests(brokers: string, requests: number, keys?: PeerKeys, own?: string): Promise<void> {
  const peer = rawPeer(brokers, keys);
  const topic = await peer.topicOf('calc.request.1.');
  for (let sent = 0; sent < requests; sent += limits.batchMessagesMax) {
    const operands = Array.from({ length: limits.batchMessagesMax }, (_, index) => {
      const seq = 1 + index + (own === undefined ? 0 : sent);
      return [seq, 'hypotenuse', contract, 2, 12, dayMs, 'x'.repeat(limits.traceMax)];
    });
    await peer.send(topic, codec.encode(own ?? stranger(sent), 1, operands));
  }
}

/** This number of status requests to every server. */
export async function statusFlood(brokers: string, requests: number, keys?: PeerKeys): Promise<void> {
  const peer = rawPeer(brokers, keys);
  const topics = await peer.topicsOf('calc.status.request.', 3);
  const asked = Array.from({ length: limits.batchMessagesMax }, (_, index) => [1 + index, dayMs]);
  for (let sent = 0; sent < requests; sent += asked.length) {
    for (const topic of topics) await peer.send(topic, codec.encode(stranger(sent), 1, asked));
  }
}

/** Garbage of a frame's size, on the topics of every server. */
export async function hugeGarbage(brokers: string, frames: number, keys?: PeerKeys): Promise<void> {
  const peer = rawPeer(brokers, keys);
  const topics = [await peer.topicOf('calc.request.1.'), await peer.topicOf('calc.square.request.1.')];
  const listOf = (count: number, byte: number): Buffer => {
    const head = Buffer.of(0x93, 0xac, ...Buffer.from(stranger(0)), 1, 0xdd, 0, 0, 0, 0);
    head.writeUInt32BE(count, head.length - 4);
    return Buffer.concat([head, Buffer.alloc(count, byte)]);
  };
  const most = limits.frameBytesMax - 32;
  const bodies = [Buffer.alloc(most, 0xc1), listOf(most, 0x80), listOf(most, 0xc0), listOf(limits.partsMax - 16, 0x80)];
  for (let sent = 0; sent < frames; sent += 1) {
    for (const topic of topics) for (const body of bodies) await peer.send(topic, body);
  }
}

/** Tells every server, in the client's name, that the client has settled everything. */
export async function falseSettlement(brokers: string, client: Client<Calculator>, keys?: PeerKeys): Promise<void> {
  const peer = rawPeer(brokers, keys);
  const topic = await peer.topicOf('calc.request.1.');
  const most = Number.MAX_SAFE_INTEGER;
  await peer.send(topic, codec.encode(client.address, most, [[most, 'hypotenuse', contract, 2, 12, dayMs]]));
}

export interface Forger {
  /** Results forged so far. */
  forged(): number;
  stop(): Promise<void>;
}

/** With the key of an observer a forger sees everything, and with another one it publishes. */
export interface ForgerKeys {
  readonly observer: PeerKeys;
  readonly publisher: PeerKeys;
}

/**
 * Sees all messages, and answers each request at once with a wrong value: in its own name, in the requester's name, and
 * in the name of a third peer; with keys also in the name of the true server.
 */
export function forgeResults(brokers: string, keys?: ForgerKeys): Forger {
  const subscriber = new Subscriber({ linger: 0 });
  const publisher = new XPublisher({ linger: 0, sendTimeout: 0 });
  dialBoth(subscriber, brokers, 'subscribePort', keys?.observer);
  dialBoth(publisher, brokers, 'publishPort', keys?.publisher);
  subscriber.subscribe('calc.');
  let forged = 0;

  async function learn(): Promise<void> {
    for await (const [frame] of publisher) if (frame === undefined) return;
  }

  async function forge(): Promise<void> {
    for await (const [topic, body] of subscriber) {
      const route = /^calc\.(?:(request)\.1|(square|multiply)\.request\.([1-8]))\./.exec(
        topic?.toString('latin1') ?? '',
      );
      const batch = body === undefined || route === null ? undefined : codec.decode(body);
      if (route === null || batch === undefined || typeof batch === 'string') continue;
      const [, isFormula, operation, lane] = route;
      const answerRoute = isFormula === undefined ? `calc.${operation}.result.${lane}` : 'calc.hypotenuse.result';
      const results = (batch.messages as unknown[][]).map(([seq]) => [seq, 0, 666, []]);
      const server = topic?.toString('latin1').slice(-12) ?? '';
      for (const named of [stranger(1), batch.sender, ...(keys === undefined ? [] : [server])]) {
        forged += results.length;
        publisher.send([`${answerRoute}.${batch.sender}`, codec.encode(named, 1, results)]).catch(() => undefined);
      }
    }
  }

  const running = Promise.all([learn(), forge()]);
  const stop = async (): Promise<void> => {
    subscriber.close();
    publisher.close();
    // Receives that were pending end with an error.
    await running.catch(() => undefined);
  };
  onTestFinished(stop);
  return { forged: () => forged, stop };
}
