import {
  beatLayout,
  beatTopic,
  cancelLayout,
  cancelTopic,
  createCodec,
  limits,
  readChunk,
  writeChunk,
} from '@cateto/contracts';
import type { OpenBatch } from '@cateto/contracts';
import { copiedBelowBytes } from '@cateto/zmtp';
import { expect, test } from 'vitest';
import { createChunks } from './chunks.ts';
import { testPlatform } from './fake-link.test-support.ts';
import { createThrottledCounter } from './throttled-counter.ts';

const a = 'aaaaaaaaaaaa';
const b = 'bbbbbbbbbbbb';
const requests = 'calc.square.request.1';
const results = 'calc.square.result.1';

function setUp(address = a) {
  const platform = testPlatform();
  const codec = createCodec();
  const state = { unsent: 0, asked: 0, looked: 0 };
  const bodies: Uint8Array[] = [];
  const published: [topic: string, to: string, message: readonly unknown[]][] = [];
  const dropped: string[] = [];
  const chunks = createChunks({
    platform,
    codec,
    address,
    dropped: createThrottledCounter(platform, (topic, cause) => void dropped.push(`${topic}: ${cause}`)),
    encode: (_topic, message) => codec.encode(address, 1, [message]),
    publish: (topic, to, message) => void published.push([topic, to, message]),
    publishBody: (_topic, _to, body) => void bodies.push(body.slice()),
    unsentBytes() {
      state.looked += 1;
      return state.unsent;
    },
    soon: () => void (state.asked += 1),
  });
  chunks.brokersChanged(1);
  return {
    chunks,
    platform,
    state,
    bodies,
    published,
    dropped,
    add: (seq: number, size: number, topic = requests, to = b) => chunks.add(topic, to, [seq, 'x'.repeat(size)], size),
  };
}

/** The chunks of a body from this sender, whose batch names another sender if one is given. */
function chunksOf(size: number, inside = b): Uint8Array[] {
  const { chunks, bodies, add } = setUp(inside);
  add(1, size);
  chunks.send();
  return bodies.map((body) => {
    const chunk = readChunk(body);
    return writeChunk({ ...(chunk as NonNullable<typeof chunk>), sender: b }).slice();
  });
}

test('a chunk is small enough to be copied when it is sent, because the next one takes its memory', () => {
  const { chunks, bodies, add } = setUp('aaaaaaaaaaaa');
  add(1, 100_000);
  chunks.send();
  expect(Math.max(...bodies.map(({ length }) => length))).toBeLessThan(copiedBelowBytes);
});

test('bytes of a large message stay as they are when the next one arrives', () => {
  const { chunks } = setUp('aaaaaaaaaaaa');
  const sent = setUp(b);
  const taken: [number, Uint8Array][] = [];
  for (const fill of [1, 2]) {
    sent.chunks.add(requests, 'aaaaaaaaaaaa', [fill, new Uint8Array(100_000).fill(fill)], 100_000);
    sent.chunks.send();
  }
  for (const one of sent.bodies)
    chunks.heard(requests, one, ({ messages }) => taken.push(...(messages as typeof taken)));
  expect(taken.map(([seq, bytes]) => [seq, bytes.length, ...new Set(bytes)])).toEqual([
    [1, 100_000, 1],
    [2, 100_000, 2],
  ]);
});

test('a message arrives as one batch, with the size of its body, when its last chunk has arrived', () => {
  const { chunks, dropped } = setUp();
  const taken: OpenBatch[] = [];
  for (const one of chunksOf(100_000)) chunks.heard(requests, one, (batch) => taken.push(batch));
  const messages = [[1, 'x'.repeat(100_000)]];
  const bytes = createCodec().encode(b, 1, messages).length;
  expect(taken).toEqual([{ sender: b, settledBelow: 0, bytes, messages }]);
  expect(dropped).toEqual([]);
});

test('a body whose sender is not that of its chunks is dropped', () => {
  const { chunks, dropped } = setUp();
  const taken: OpenBatch[] = [];
  for (const one of chunksOf(100_000, 'cccccccccccc')) chunks.heard(requests, one, (batch) => taken.push(batch));
  expect(taken).toEqual([]);
  expect(dropped).toEqual([`${requests}: another sender than that of its chunks`]);
});

test('chunks of requests are confirmed in one beat a turn, and chunks of answers in a cancellation of nothing', () => {
  const { chunks, published } = setUp();
  const given = chunksOf(100_000);
  for (const one of given.slice(0, 3)) chunks.heard(requests, one, () => undefined);
  chunks.confirm();
  for (const one of given.slice(0, 2)) chunks.heard(results, one, () => undefined);
  chunks.confirm();
  chunks.confirm();
  expect(published).toEqual([
    [beatTopic, b, beatLayout.write({ received: [1, 3] })],
    [cancelTopic, b, cancelLayout.write({ seqs: [], received: [1, 2] })],
  ]);
});

test('chunks on a topic without large messages, and bytes that are no chunks, are dropped and not confirmed', () => {
  const { chunks, published, dropped } = setUp();
  const [first] = chunksOf(100_000);
  chunks.heard('calc.beat', first as Uint8Array, () => undefined);
  chunks.heard(requests, Uint8Array.of(0x95, 1, 2, 3, 4, 5), () => undefined);
  chunks.confirm();
  expect(published).toEqual([]);
  expect(dropped).toEqual(['calc.beat: not-a-batch', `${requests}: not-a-batch`]);
});

test('chunks leave while few bytes wait, and go on when the link has drained', () => {
  const { chunks, platform, state, bodies, add } = setUp();
  add(1, 200_000);
  state.unsent = 300_000;
  chunks.send();
  platform.settle();
  expect(bodies).toHaveLength(0);
  state.unsent = 0;
  chunks.send();
  expect(bodies).toHaveLength(7);
});

test('sixteen chunks leave in one turn, and the others at the end of the next one', () => {
  const { chunks, platform, state, bodies, add } = setUp();
  for (const to of [a, b, 'cccccccccccc']) add(1, 6 * limits.chunkBytes, requests, to);
  chunks.send();
  expect(bodies).toHaveLength(16);
  const asked = state.asked;
  platform.settle();
  expect(state.asked).toBe(asked + 1);
  chunks.send();
  expect(bodies).toHaveLength(21);
});

test('a peer counts as busy for a second after it has confirmed a chunk or sent one', () => {
  const { chunks, platform, add } = setUp();
  add(1, 100_000);
  chunks.send();
  expect(chunks.isUnderway(b)).toBe(false);
  chunks.confirmed(b, [1, 1]);
  platform.pass(999);
  expect(chunks.isUnderway(b)).toBe(true);
  platform.pass(1);
  expect(chunks.isUnderway(b)).toBe(false);
  chunks.heard(results, chunksOf(100_000)[0] as Uint8Array, () => undefined);
  expect(chunks.isUnderway(b)).toBe(true);
});

test('a request that is over leaves no more chunks, and an answer with its seq does', () => {
  const { chunks, bodies, add } = setUp();
  add(7, 100_000);
  add(7, 100_000, results);
  chunks.withdrawRequest(7);
  chunks.send();
  expect(bodies.length).toBe(4);
  expect(chunks.waiting()).toBe(1);
});

test('a server that drains waits until the last chunk is confirmed', async () => {
  const { chunks, platform, add } = setUp();
  const told: string[] = [];
  await chunks.allSent(1_000);
  add(1, 100_000, results);
  chunks.send();
  void chunks.allSent(5_000).then(() => told.push('sent'));
  void chunks.allSent(100).then(() => told.push('late'));
  platform.pass(100);
  await Promise.resolve();
  expect(told).toEqual(['late']);
  chunks.confirmed(b, [1, 4]);
  await Promise.resolve();
  expect(told).toEqual(['late', 'sent']);
});

test('the sender is told that a body is dropped, and sends it again', () => {
  const { chunks, published } = setUp();
  const given = chunksOf(100_000);
  for (const index of [0, 2, 3]) chunks.heard(results, given[index] as Uint8Array, () => undefined);
  chunks.confirm();
  expect(published).toEqual([[cancelTopic, b, cancelLayout.write({ seqs: [], received: [1, -4] })]]);
  const { chunks: sender, bodies, add } = setUp(b);
  add(1, 100_000, results);
  sender.send();
  sender.confirmed(b, [1, -4]);
  sender.send();
  expect(bodies.slice(4).map((body) => readChunk(body)?.body)).toEqual([2, 2, 2, 2]);
});

test('nobody asks how many bytes wait while no chunk may leave', () => {
  const { chunks, state, add } = setUp();
  chunks.send();
  add(1, 100_000);
  chunks.send();
  const looked = state.looked;
  chunks.send();
  expect(state.looked).toBe(looked);
});
