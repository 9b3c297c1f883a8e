import { limits } from '@cateto/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch, BatchConfig, BatchEffect } from './batch.ts';
import { createBatch } from './batch.ts';

const topic = 'calc.square.result.1';
const a = 'aaaaaaaaaaaa';
const b = 'bbbbbbbbbbbb';

function setUp(config: BatchConfig = {}) {
  const batch = createBatch(config);
  return {
    add: (seq: number, to = a, on = topic) => batch.handle({ type: 'add', topic: on, to, message: [seq] }),
    flush: () => batch.handle({ type: 'flush' }),
  };
}

/** Each message of these tests takes at most 17 bytes. */
function sent(seqs: readonly number[], to = a, on = topic): BatchEffect {
  return { type: 'send', topic: on, to, messages: seqs.map((seq) => [seq]), bytes: 17 * seqs.length };
}

describe('sharing a frame', () => {
  test('messages with numbers share a frame, as many as it may have', () => {
    const batch = createBatch();
    const effects = Array.from({ length: limits.batchMessagesMax }, (_, seq) => {
      return batch.handle({ type: 'add', topic: 'calc.square.request.1', to: 'server', message: [seq], bytes: 9 });
    }).flat();
    expect(effects.map(({ type }) => type)).toEqual(['flush-soon', 'send']);
  });

  test('values that fill a chunk share a frame, and one byte more does not', () => {
    for (const [more, left] of [
      [0, 0],
      [1, 1],
    ] as const) {
      const batch = createBatch();
      const add = (seq: number, bytes: number) =>
        batch.handle({ type: 'add', topic: 'calc.square.request.1', to: 'server', message: [seq], bytes });
      add(1, 20_000);
      expect(add(2, limits.chunkBytes - 20_000 + more).filter(({ type }) => type === 'send')).toHaveLength(left);
    }
  });

  test('messages of a few kilobytes share no frame that is larger than a chunk', () => {
    const batch = createBatch();
    const effects = Array.from({ length: 8 }, (_, seq) => {
      return batch.handle({ type: 'add', topic: 'calc.square.request.1', to: 'server', message: [seq], bytes: 20_000 });
    }).flat();
    effects.push(...batch.handle({ type: 'flush' }));
    const batches = effects.flatMap((effect) => (effect.type === 'send' ? [effect.messages] : []));
    expect(batches).toEqual(Array.from({ length: 8 }, (_, seq) => [[seq]]));
  });

  test('messages to one topic and address that are added in one turn leave together, in order', () => {
    const { add, flush } = setUp();
    for (const seq of [3, 1, 2]) add(seq);
    expect(flush()).toEqual([sent([3, 1, 2])]);
  });

  test('messages to other topics or addresses leave in frames of their own, in any interleaving', () => {
    const { add, flush } = setUp();
    const other = 'calc.square.result.2';
    add(1);
    add(2, b);
    add(3, a, other);
    add(4);
    add(5, b);
    add(6, b, other);
    expect(flush()).toEqual([sent([1, 4]), sent([2, 5], b), sent([3], a, other), sent([6], b, other)]);
  });

  test('a topic and an address whose concatenations are equal are kept apart', () => {
    const { add, flush } = setUp();
    add(1, 'b', 'a.c');
    add(2, 'c.b', 'a');
    expect(flush()).toEqual([sent([1], 'b', 'a.c'), sent([2], 'c.b', 'a')]);
  });
});

describe('leaving', () => {
  test('the first message of a turn requests a flush, and later ones do not', () => {
    const { add, flush } = setUp();
    expect(add(1)).toEqual([{ type: 'flush-soon' }]);
    expect(add(2)).toEqual([]);
    expect(add(3, b)).toEqual([]);
    flush();
    expect(add(4)).toEqual([{ type: 'flush-soon' }]);
  });

  test('a flush sends everything, and a flush of nothing is harmless', () => {
    const { add, flush } = setUp();
    expect(flush()).toEqual([]);
    add(1);
    expect(flush()).toHaveLength(1);
    expect(flush()).toEqual([]);
  });

  test('a full batch leaves at once, and later messages begin another one', () => {
    const { add, flush } = setUp({ messagesMax: 3 });
    add(1);
    add(2);
    expect(add(3)).toEqual([sent([1, 2, 3])]);
    expect(add(4)).toEqual([]);
    expect(flush()).toEqual([sent([4])]);
  });

  test('a full batch that has left is not changed any more', () => {
    const { add } = setUp({ messagesMax: 2 });
    add(1);
    const [left] = add(2);
    add(3);
    expect(left).toEqual(sent([1, 2]));
  });

  test('a frame takes at most 128 messages', () => {
    const { add, flush } = setUp();
    const immediate = Array.from({ length: 300 }, (_, seq) => add(seq)).flatMap((effects) =>
      effects.filter(({ type }) => type === 'send'),
    );
    const sizes = [...immediate, ...flush()].map((effect) => (effect.type === 'send' ? effect.messages.length : 0));
    expect(sizes).toEqual([128, 128, 44]);
    expect(limits.batchMessagesMax).toBe(128);
  });

  test('a batch leaves before a message that would not fit its frame', () => {
    const { add, flush } = setUp({ bytesMax: 40 });
    add(1);
    add(2);
    expect(add(3)).toEqual([sent([1, 2])]);
    expect(add(4)).toEqual([]);
    expect(add(5)).toEqual([sent([3, 4])]);
    expect(flush()).toEqual([sent([5])]);
  });

  test('a message that is larger than a frame by the upper bound of its size leaves alone', () => {
    const { add, flush } = setUp({ bytesMax: 16 });
    add(1);
    expect(add(2)).toEqual([sent([1])]);
    expect(flush()).toEqual([sent([2])]);
  });

  test('two texts that may take a mebibyte together leave in two frames', () => {
    const batch = createBatch();
    const text = 'x'.repeat(200_000);
    batch.handle({ type: 'add', topic, to: a, message: [1, text] });
    expect(batch.handle({ type: 'add', topic, to: a, message: [2, text] })).toEqual([
      { type: 'send', topic, to: a, messages: [[1, text]], bytes: 8 + 9 + 8 + 600_000 },
    ]);
  });

  test('with room for one message only, every message leaves alone and no flush is needed', () => {
    const { add, flush } = setUp({ messagesMax: 1 });
    expect(add(1)).toEqual([sent([1])]);
    expect(add(2)).toEqual([sent([2])]);
    expect(flush()).toEqual([]);
  });
});

describe('the batch with any inputs', () => {
  const topics = ['calc.square.result.1', 'calc.square.result.2', 'calc.hello'];
  const addresses = [a, b, 'cccccccccccc'];
  const step = fc.option(fc.record({ topic: fc.constantFrom(...topics), to: fc.constantFrom(...addresses) }), {
    freq: 8,
  });

  const limitsOf = fc.record({
    messagesMax: fc.integer({ min: 1, max: 6 }),
    bytesMax: fc.integer({ min: 1, max: 90 }),
  });

  test('the batch loses nothing, keeps the order of each topic and address, and never exceeds a frame', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), limitsOf, (steps, { messagesMax, bytesMax }) => {
        const batch: Batch = createBatch({ messagesMax, bytesMax });
        const added = new Map<string, number[]>();
        const left = new Map<string, number[]>();
        let flushAwaited = false;

        function perform(effects: readonly BatchEffect[]): void {
          for (const effect of effects) {
            if (effect.type === 'flush-soon') {
              expect(flushAwaited).toBe(false);
              flushAwaited = true;
              continue;
            }
            expect(effect.messages.length).toBeGreaterThan(0);
            expect(effect.messages.length).toBeLessThanOrEqual(messagesMax);
            expect(effect.bytes <= bytesMax || effect.messages.length === 1).toBe(true);
            const key = `${effect.topic} ${effect.to}`;
            left.set(key, [...(left.get(key) ?? []), ...effect.messages.map(([seq]) => seq as number)]);
          }
        }

        function waiting(): number {
          return [...added].reduce((sum, [key, seqs]) => sum + seqs.length - (left.get(key)?.length ?? 0), 0);
        }

        for (const [seq, current] of [...steps, null].entries()) {
          if (current === null) {
            perform(batch.handle({ type: 'flush' }));
            flushAwaited = false;
            expect(waiting()).toBe(0);
          } else {
            const key = `${current.topic} ${current.to}`;
            added.set(key, [...(added.get(key) ?? []), seq]);
            perform(batch.handle({ type: 'add', ...current, message: [seq] }));
            // The remaining messages are less than a frame, and a flush was requested.
            expect((added.get(key)?.length ?? 0) - (left.get(key)?.length ?? 0)).toBeLessThan(messagesMax);
            expect(flushAwaited || waiting() === 0).toBe(true);
          }
        }
        expect(left).toEqual(added);
      }),
    );
  });
});
