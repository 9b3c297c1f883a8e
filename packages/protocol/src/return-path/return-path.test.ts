import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReturnPath, ReturnPathInput } from './return-path.ts';
import { createReturnPath } from './return-path.ts';

function confirmedReturnPath(): ReturnPath {
  const returnPath = createReturnPath();
  returnPath.handle({ type: 'markers-changed', held: 1 }, 0);
  returnPath.handle({ type: 'hello-heard', counter: 1 }, 1);
  return returnPath;
}

describe('the return path', () => {
  test('a marker causes a hello, and the hello that comes back confirms the return path', () => {
    const returnPath = createReturnPath();
    expect(returnPath.isConfirmed()).toBe(false);
    expect(returnPath.handle({ type: 'markers-changed', held: 1 }, 0)).toEqual([{ type: 'say-hello', counter: 1 }]);
    expect(returnPath.handle({ type: 'hello-heard', counter: 1 }, 2)).toEqual([{ type: 'confirmed' }]);
    expect(returnPath.isConfirmed()).toBe(true);
    expect(returnPath.deadlineMs()).toBeUndefined();
  });

  test('without a marker no hello is sent', () => {
    const returnPath = createReturnPath();
    expect(returnPath.handle({ type: 'reconnected' }, 0)).toEqual([]);
    expect(returnPath.deadlineMs()).toBeUndefined();
  });

  test('the hello is repeated after 5, 10, 20, 40, 80, then every 100 ms until it comes back', () => {
    const returnPath = createReturnPath();
    returnPath.handle({ type: 'markers-changed', held: 1 }, 0);
    const gaps: number[] = [];
    let beforeMs = 0;
    for (let repetition = 0; repetition < 7; repetition += 1) {
      const dueMs = returnPath.deadlineMs() ?? Number.NaN;
      expect(returnPath.handle({ type: 'tick' }, dueMs - 0.5)).toEqual([]);
      expect(returnPath.handle({ type: 'tick' }, dueMs)).toEqual([{ type: 'say-hello', counter: 1 }]);
      gaps.push(dueMs - beforeMs);
      beforeMs = dueMs;
    }
    expect(gaps).toEqual([5, 10, 20, 40, 80, 100, 100]);
  });

  test('a marker that appears or vanishes and a reconnect put the return path in doubt, and an older hello does not confirm it', () => {
    for (const input of [{ type: 'markers-changed', held: 2 }, { type: 'reconnected' }] satisfies ReturnPathInput[]) {
      const returnPath = confirmedReturnPath();
      expect(returnPath.handle(input, 10)).toEqual([{ type: 'unconfirmed' }, { type: 'say-hello', counter: 2 }]);
      expect(returnPath.handle({ type: 'hello-heard', counter: 1 }, 11)).toEqual([]);
      expect(returnPath.handle({ type: 'hello-heard', counter: 2 }, 12)).toEqual([{ type: 'confirmed' }]);
      expect(returnPath.handle({ type: 'hello-heard', counter: 2 }, 13)).toEqual([]);
    }
  });

  test('when the last marker vanishes, the return path is unconfirmed at once, and topics are withdrawn after a second', () => {
    const returnPath = confirmedReturnPath();
    expect(returnPath.handle({ type: 'markers-changed', held: 0 }, 100)).toEqual([{ type: 'unconfirmed' }]);
    expect(returnPath.deadlineMs()).toBe(1_100);
    expect(returnPath.handle({ type: 'tick' }, 1_099)).toEqual([]);
    expect(returnPath.handle({ type: 'tick' }, 1_100)).toEqual([{ type: 'withdraw' }]);
    expect(returnPath.deadlineMs()).toBeUndefined();
  });

  test('a marker that appears within the second prevents the withdrawal', () => {
    const returnPath = confirmedReturnPath();
    returnPath.handle({ type: 'markers-changed', held: 0 }, 100);
    returnPath.handle({ type: 'markers-changed', held: 1 }, 300);
    returnPath.handle({ type: 'hello-heard', counter: 3 }, 301);
    expect(returnPath.handle({ type: 'tick' }, 5_000)).toEqual([]);
  });

  test('in any sequence, only the current hello confirms the return path, while a marker is present, and otherwise a hello is due soon', () => {
    const input = fc.oneof(
      fc.record({ type: fc.constant('markers-changed' as const), held: fc.integer({ min: 0, max: 2 }) }),
      fc.constant({ type: 'reconnected' as const }),
      fc.record({ type: fc.constant('hello-heard' as const), counter: fc.integer({ min: 1, max: 12 }) }),
      fc.constant({ type: 'tick' as const }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(input, fc.integer({ min: 0, max: 150 })), { maxLength: 80 }), (sequence) => {
        const returnPath = createReturnPath();
        let nowMs = 0;
        let held = 0;
        let said = 0;
        for (const [step, passedMs] of sequence) {
          nowMs += passedMs;
          if (step.type === 'markers-changed') held = step.held;
          for (const effect of returnPath.handle(step, nowMs)) {
            if (effect.type === 'say-hello') said = effect.counter;
            if (effect.type === 'confirmed') expect(step).toEqual({ type: 'hello-heard', counter: said });
          }
          if (returnPath.isConfirmed()) expect(held).toBeGreaterThan(0);
          else if (held > 0) expect(returnPath.deadlineMs()).toBeLessThanOrEqual(nowMs + 100);
        }
      }),
    );
  });
});
