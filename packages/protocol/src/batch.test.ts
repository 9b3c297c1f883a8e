import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BatchEffect } from './batch.ts';
import { createBatch } from './batch.ts';

const topic = 'calc.request.1';
const a = 'aaaaaaaaaaaa';
const b = 'bbbbbbbbbbbb';

describe('the batch', () => {
  test('what is published in one turn for one topic and address goes out together, at the end of the turn', () => {
    const batch = createBatch();
    expect(batch.handle({ type: 'add', topic, to: a, message: [1] })).toEqual([{ type: 'flush-soon' }]);
    expect(batch.handle({ type: 'add', topic, to: a, message: [2] })).toEqual([]);
    expect(batch.handle({ type: 'add', topic, to: b, message: [3] })).toEqual([]);
    expect(batch.handle({ type: 'flush' })).toEqual([
      { type: 'send', topic, to: a, messages: [[1], [2]] },
      { type: 'send', topic, to: b, messages: [[3]] },
    ]);
    expect(batch.handle({ type: 'flush' })).toEqual([]);
  });

  test('a full batch goes out at once, and what follows begins another', () => {
    const batch = createBatch({ messagesMax: 2 });
    batch.handle({ type: 'add', topic, to: a, message: [1] });
    expect(batch.handle({ type: 'add', topic, to: a, message: [2] })).toEqual([
      { type: 'send', topic, to: a, messages: [[1], [2]] },
    ]);
    batch.handle({ type: 'add', topic, to: a, message: [3] });
    expect(batch.handle({ type: 'flush' })).toEqual([{ type: 'send', topic, to: a, messages: [[3]] }]);
  });

  test('every turn asks for its own flush', () => {
    const batch = createBatch();
    batch.handle({ type: 'add', topic, to: a, message: [1] });
    batch.handle({ type: 'flush' });
    expect(batch.handle({ type: 'add', topic, to: a, message: [2] })).toEqual([{ type: 'flush-soon' }]);
  });

  test('whatever is added comes out once, in order for each topic and address, in batches of at most the bound', () => {
    const step = fc.oneof(
      fc.record({ topic: fc.constantFrom('x', 'y'), to: fc.constantFrom(a, b) }),
      fc.constant('flush' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 5 }), (steps, messagesMax) => {
        const batch = createBatch({ messagesMax });
        const added = new Map<string, number[]>();
        const sent = new Map<string, number[]>();
        const take = (effects: readonly BatchEffect[]): void => {
          for (const effect of effects) {
            if (effect.type !== 'send') continue;
            expect(effect.messages.length).toBeLessThanOrEqual(messagesMax);
            const key = `${effect.topic} ${effect.to}`;
            sent.set(key, [...(sent.get(key) ?? []), ...effect.messages.map(([number]) => number as number)]);
          }
        };
        for (const [number, current] of steps.entries()) {
          if (current === 'flush') {
            take(batch.handle({ type: 'flush' }));
            continue;
          }
          const key = `${current.topic} ${current.to}`;
          added.set(key, [...(added.get(key) ?? []), number]);
          take(batch.handle({ type: 'add', ...current, message: [number] }));
        }
        take(batch.handle({ type: 'flush' }));
        expect(sent).toEqual(added);
      }),
    );
  });
});
