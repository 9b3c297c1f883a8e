import type { Chunk } from '@cateto/contracts';
import { chunkAt, limits } from '@cateto/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createChunkJoiner } from './chunk-joiner.ts';
import type { Leaving } from './chunk-sender-types.ts';
import { createChunkSender } from './chunk-sender.ts';

const { chunkBytes } = limits;
const a = 'aaaaaaaaaaaa';
const b = 'bbbbbbbbbbbb';

/** The chunks of a body whose bytes are its number. */
function chunksOf(number: number, count: number, sender = a): Chunk[] {
  const whole = new Uint8Array(count * chunkBytes - 100).fill(number);
  return Array.from({ length: count }, (_, index) => {
    return { sender, body: number, index, count, bytes: chunkAt(whole, index) };
  });
}

function setUp(bytesMax?: number) {
  const joiner = createChunkJoiner(bytesMax);
  return {
    joiner,
    /** The numbers of the bodies that these chunks complete. */
    take: (chunks: readonly Chunk[], nowMs = 0): number[] =>
      chunks.flatMap((chunk) => {
        const body = joiner.take(chunk.sender, chunk, nowMs);
        return typeof body === 'string' ? [] : [body[0] ?? 0];
      }),
    /** Gives these chunks to the joiner. @returns the result of each */
    told: (chunks: readonly Chunk[]): string[] =>
      chunks.map((chunk) => {
        const taken = joiner.take(chunk.sender, chunk, 0);
        return typeof taken === 'string' ? taken : 'whole';
      }),
  };
}

test('the last chunk completes the body, and nothing is kept', () => {
  const { joiner, take } = setUp();
  const chunks = chunksOf(1, 3);
  expect(take(chunks.slice(0, 2))).toEqual([]);
  expect([joiner.size(), joiner.bytes()]).toEqual([1, 2 * chunkBytes]);
  const body = joiner.take(a, chunks[2] as Chunk, 0);
  expect(body).toEqual(new Uint8Array(3 * chunkBytes - 100).fill(1));
  expect([joiner.size(), joiner.bytes(), joiner.deadlineMs()]).toEqual([0, 0, undefined]);
});

test('the memory of a body is reused for the next one, and grows less often than bodies do', () => {
  const { joiner } = setUp();
  const bodies = [2, 3, 2].map((count, index) => {
    const taken = chunksOf(index + 1, count)
      .map((chunk) => joiner.take(chunk.sender, chunk, 0))
      .at(-1);
    return taken as Uint8Array;
  });
  expect(new Set(bodies.map(({ buffer }) => buffer)).size).toBe(1);
  expect(bodies.map(({ length }) => length)).toEqual([2, 3, 2].map((count) => count * chunkBytes - 100));
});

test('bodies of different senders are joined side by side', () => {
  const { take } = setUp();
  const [one, other] = [chunksOf(1, 2), chunksOf(2, 2, b)];
  expect(take([one, other].flatMap(([first]) => first as Chunk))).toEqual([]);
  expect(take([other[1] as Chunk, one[1] as Chunk])).toEqual([2, 1]);
});

test('copies through another broker are ignored', () => {
  const { take } = setUp();
  const [first, second, third] = chunksOf(5, 3) as [Chunk, Chunk, Chunk];
  const [older] = chunksOf(4, 3) as [Chunk];
  expect(take([first, first, second, first, older, second, third])).toEqual([5]);
});

test.each([
  ['a chunk is missing', [0, 2]],
  ['the first chunk is missing', [1, 2]],
])('a body is dropped when %s, and the next one is joined', (_what, arrived) => {
  const { joiner, take } = setUp();
  const chunks = chunksOf(1, 3);
  expect(take(arrived.map((index) => chunks[index] as Chunk))).toEqual([]);
  expect(joiner.bytes()).toBe(0);
  expect(take(chunksOf(2, 2))).toEqual([2]);
});

test('a later body replaces an incomplete one', () => {
  const { joiner, take } = setUp();
  take(chunksOf(1, 3).slice(0, 2));
  expect(take(chunksOf(2, 3).slice(0, 1))).toEqual([]);
  expect(joiner.bytes()).toBe(chunkBytes);
});

test('a body that changes its number of chunks is dropped', () => {
  const { joiner, take } = setUp();
  take(chunksOf(1, 3).slice(0, 1));
  expect(take([{ ...(chunksOf(1, 2)[1] as Chunk) }])).toEqual([]);
  expect(joiner.size()).toBe(0);
});

const query = (chunk: Chunk): Chunk => ({ ...chunk, bytes: new Uint8Array() });

test('the sender is told that a body is dropped, with every later chunk of it', () => {
  const { told } = setUp();
  const [first, second, third, fourth] = chunksOf(1, 4) as [Chunk, Chunk, Chunk, Chunk];
  expect(told([first, third, fourth, second])).toEqual(['kept', 'dropped', 'dropped', 'dropped']);
  expect(told(chunksOf(2, 2))).toEqual(['kept', 'whole']);
});

test('a query is answered with what has arrived', () => {
  const { told } = setUp();
  const [first, second, third] = chunksOf(1, 3) as [Chunk, Chunk, Chunk];
  expect(told([first, query(first), second, third, query(third)])).toEqual(['kept', 'kept', 'kept', 'whole', 'kept']);
});

test('a query for a chunk that has not arrived drops the body, because nothing overtakes anything', () => {
  const { joiner, told } = setUp();
  const [first, second] = chunksOf(1, 2) as [Chunk, Chunk];
  expect(told([first, query(second), second])).toEqual(['kept', 'dropped', 'dropped']);
  expect(told([query(chunksOf(2, 2)[1] as Chunk)])).toEqual(['dropped']);
  expect(joiner.bytes()).toBe(0);
});

test('the last bodies of some senders are remembered, and an older one is sent again', () => {
  const joiner = createChunkJoiner(undefined, 2);
  const [, last] = chunksOf(1, 2) as [Chunk, Chunk];
  for (const sender of ['cccccccccccc', a, b]) for (const one of chunksOf(1, 2, sender)) joiner.take(sender, one, 0);
  expect([a, 'cccccccccccc'].map((sender) => joiner.take(sender, query(last), 0))).toEqual(['kept', 'dropped']);
});

test('senders of chunks without end take no more than the bound, and the one that has waited longest is dropped', () => {
  const { joiner, take } = setUp(8 * chunkBytes);
  const honest = chunksOf(1, 4, b);
  for (let n = 0; n < 100; n += 1) {
    const stranger = `stranger${String(n).padStart(4, '0')}`;
    take(chunksOf(n, 129, stranger).slice(0, 2), n);
    expect(joiner.bytes()).toBeLessThanOrEqual(8 * chunkBytes);
  }
  expect(take(honest.slice(0, 2))).toEqual([]);
  take(chunksOf(1, 129, 'strangerlast').slice(0, 5));
  expect(take(honest.slice(2))).toEqual([1]);
});

test('a body that waits for its next chunk for 10 s is dropped', () => {
  const { joiner, take } = setUp();
  take(chunksOf(1, 3).slice(0, 1), 100);
  take(chunksOf(2, 3, b).slice(0, 1), 5_000);
  expect(joiner.deadlineMs()).toBe(10_100);
  joiner.tick(10_100);
  expect([joiner.size(), joiner.deadlineMs()]).toEqual([1, 15_000]);
});

/** A sender and a receiver, with a channel between them that may lose chunks and confirmations, but keeps their order. */
function createPair(chunkCounts: readonly number[]) {
  const whole = (seq: number): Uint8Array => new Uint8Array((chunkCounts[seq] ?? 1) * chunkBytes - 9).fill(seq + 1);
  const gone = new Set<number>();
  const sender = createChunkSender({
    encode: ({ seq }) => whole(seq),
    lost: ({ seq }) => void gone.add(seq),
    unconfirmedMax: 4,
  });
  const joiner = createChunkJoiner();
  const channel: Leaving[] = [];
  const confirmations: [body: number, chunks: number, isDropped: boolean][] = [];
  let nowMs = 0;

  function arrives(one: Leaving | undefined): void {
    if (one?.type !== 'chunk') return;
    const taken = joiner.take(a, { ...one, sender: a }, nowMs);
    confirmations.push([one.body, one.index + 1, taken === 'dropped']);
    if (typeof taken === 'string') return;
    const seq = (taken[0] ?? 0) - 1;
    expect(Buffer.compare(taken, whole(seq))).toBe(0);
    gone.add(seq);
  }

  sender.brokersChanged(1, 0);
  for (const seq of chunkCounts.keys()) {
    sender.add({ kind: 'answer', topic: 'calc.result', to: b, seq, message: [seq], bytes: 1 }, 0);
  }
  return {
    sender,
    joiner,
    gone,
    steps: {
      send() {
        const one = sender.next(nowMs);
        if (one !== undefined) channel.push(one);
      },
      hear: () => arrives(channel.shift()),
      lose: () => void channel.shift(),
      confirm() {
        const told = confirmations.shift();
        if (told !== undefined) sender.confirmed(b, ...told, nowMs);
      },
      confirmationLost: () => void confirmations.shift(),
      failover() {
        channel.length = 0;
        confirmations.length = 0;
        sender.brokersChanged(0, nowMs);
        sender.brokersChanged(1, nowMs);
      },
      second() {
        nowMs += 1_000;
        sender.tick(nowMs);
        joiner.tick(nowMs);
      },
    },
  };
}

test('whatever the channel loses, a body arrives whole, and its message is known to the sender until it has', () => {
  const often = ['send', 'send', 'send', 'hear', 'hear', 'confirm', 'confirm'] as const;
  const step = fc.constantFrom(...often, 'lose', 'confirmationLost', 'failover', 'second');
  const sizes = fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.array(step, { maxLength: 80 }), (chunkCounts, taken) => {
      const { sender, joiner, gone, steps } = createPair(chunkCounts);
      const check = (): void => {
        const known = new Set([...sender.answersTo(b), ...gone]);
        expect([...known].toSorted((one, other) => one - other)).toEqual([...chunkCounts.keys()]);
      };
      for (const each of taken) {
        steps[each]();
        check();
      }
      // From now on nothing is lost.
      for (let round = 0; round < 200 && sender.size() > 0; round += 1) {
        if (round % 20 === 0) steps.second();
        for (const each of [steps.send, steps.hear, steps.confirm]) each();
        check();
      }
      expect(gone.size).toBe(chunkCounts.length);
      expect([sender.size(), joiner.bytes()]).toEqual([0, 0]);
    }),
    { numRuns: 300 },
  );
});
