import { failure } from '@cateto/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { a, b, sends, seqsOf, setUpReady } from './requester.test-support.ts';

const bytesMax = 1_000;

function setUp(...servers: readonly string[]) {
  const ready = setUpReady({ perServerBytesMax: bytesMax });
  for (const server of servers) ready.up(server);
  const ask = (seq: number, bytes?: number, contract = 'square', origin?: string) =>
    sends(ready.call(seq, { deadlineMs: 60_000, bytes, contract, origin }));
  return { ...ready, ask };
}

test('a server has as many bytes in flight as it may, and gets more with each answer', () => {
  const { ask, answer } = setUp(a);
  expect([1, 2, 3, 4].flatMap((seq) => seqsOf(ask(seq, 400)))).toEqual([1, 2]);
  expect(seqsOf(sends(answer(a, 1)))).toEqual([3]);
  expect(seqsOf(sends(answer(a, 3)))).toEqual([4]);
});

test('small requests pass large ones that wait', () => {
  const { ask } = setUp(a);
  expect([1, 2, 3].flatMap((seq) => seqsOf(ask(seq, 600)))).toEqual([1]);
  expect(seqsOf(ask(4))).toEqual([4]);
  expect(seqsOf(ask(5))).toEqual([5]);
});

test('a large request that fits does not pass a large one that waits before it', () => {
  const { ask, answer } = setUp(a);
  expect([1, 2, 3].flatMap((seq) => seqsOf(ask(seq, seq === 3 ? 100 : 600)))).toEqual([1]);
  expect(seqsOf(sends(answer(a, 1)))).toEqual([2, 3]);
});

test('a request that is larger than the window of bytes is sent alone', () => {
  const { ask, answer } = setUp(a);
  expect([1, 2, 3].flatMap((seq) => seqsOf(ask(seq, 5_000)))).toEqual([1]);
  expect(seqsOf(sends(answer(a, 1)))).toEqual([2]);
});

test('requests for another contract wait for the same bytes, and are sent when they are free', () => {
  const { ask, answer } = setUp(a);
  expect(seqsOf(ask(1, 900))).toEqual([1]);
  expect(seqsOf(ask(2, 900, 'cube'))).toEqual([]);
  expect(seqsOf(sends(answer(a, 1)))).toEqual([2]);
});

test('large requests go to a server with room', () => {
  const { ask } = setUp(a, b);
  const sent = [1, 2, 3].flatMap((seq) => ask(seq, 900));
  expect(new Set(sent.map(([, to]) => to))).toEqual(new Set([a, b]));
  expect(sent).toHaveLength(2);
});

test('the origin whose turn it is exceeds no window of bytes', () => {
  const { ask, handle } = setUp(a);
  handle({ type: 'beat', sender: a, held: [], silentMs: 0, windows: { square: 1 } });
  expect(seqsOf(ask(1, 900, 'square', 'one'))).toEqual([1]);
  expect(seqsOf(ask(2, 900, 'square', 'two'))).toEqual([]);
});

test('a cancelled request frees its bytes, and so does one that its server refuses', () => {
  const { ask, handle, answer, up } = setUp(a);
  expect([1, 2, 3].flatMap((seq) => seqsOf(ask(seq, 900)))).toEqual([1]);
  expect(seqsOf(sends(handle({ type: 'cancel', seq: 1 })))).toEqual([2]);
  up(b);
  // The second one goes to the other server once that has answered the third.
  expect(seqsOf(sends(answer(a, 2, failure('overloaded', 'full'))))).toEqual([]);
  expect(sends(answer(b, 3))).toEqual([[2, b]]);
});

test('a request that moves to another server takes its bytes along', () => {
  const { ask, handle, down, up, answer } = setUp(a);
  expect(seqsOf(ask(1, 900))).toEqual([1]);
  down(a);
  expect(sends([...up(b), ...handle({ type: 'turn-ended' })])).toEqual([[1, b]]);
  expect(seqsOf(ask(2, 900))).toEqual([]);
  up(a);
  expect(sends(answer(b, 1))).toEqual([]);
  expect(ask(3, 900)).toHaveLength(1);
});

test('no server has more bytes in flight than it may, whatever happens', () => {
  const event = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('ask'), bytes: fc.integer({ min: 0, max: 700 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('answer'), bytes: fc.integer({ min: 1, max: 30 }) }) },
    fc.record({ do: fc.constantFrom('cancel', 'down', 'up', 'wait'), bytes: fc.integer({ min: 1, max: 30 }) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      const { ask, handle, down, up, answer, at, tick } = setUp(a, b);
      const size = new Map<number, number>();
      const holder = new Map<number, string>();
      const note = (sent: readonly [number, string][]): void => {
        for (const [seq, to] of sent) holder.set(seq, to);
        for (const server of [a, b]) {
          const has = [...holder].filter(([, to]) => to === server).map(([seq]) => size.get(seq) ?? 0);
          expect(has.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(bytesMax);
        }
      };
      let seq = 0;
      for (const { do: what, bytes } of events) {
        const server = bytes % 2 === 0 ? a : b;
        if (what === 'ask') {
          seq += 1;
          size.set(seq, bytes);
          note(ask(seq, bytes === 0 ? undefined : bytes));
        } else if (what === 'answer' && holder.has(bytes)) {
          const to = holder.get(bytes) ?? a;
          holder.delete(bytes);
          note(sends(answer(to, bytes)));
        } else if (what === 'cancel') {
          holder.delete(bytes);
          note(sends(handle({ type: 'cancel', seq: bytes })));
        } else if (what === 'up') note(sends(up(server)));
        else if (what === 'down') {
          // Requests stay with their server until another one has them.
          note(sends([...down(server), ...handle({ type: 'turn-ended' })]));
        } else if (what === 'wait') {
          at.nowMs += 300;
          note(sends(tick()));
        }
      }
    }),
    { numRuns: 300 },
  );
});
