import { expect, test } from 'vitest';
import { multiply } from '../calculator/operations/multiply.ts';
import { square } from '../calculator/operations/square.ts';
import { hypotenuse } from '../calculator/formulas/hypotenuse.ts';
import { formulaCode } from './formula-code.ts';
import { mapInputsMax } from '../messages/limits.ts';
import { all, allSettled, call, map, stepVersionOf } from './step.ts';

const code = formulaCode(hypotenuse, function* ([a, b]) {
  const squares = yield* map(square, [a, b], { concurrency: 1 });
  const { product } = yield* all({ product: call(multiply, [squares[0] ?? 0, squares[1] ?? 0]) });
  return Math.sqrt(product);
});

test('a generator yields its steps one by one, and continues with their results', () => {
  const running = code.steps([3, 4]);
  expect(running.next()).toMatchObject({
    done: false,
    value: { kind: 'map', operation: square, inputs: [3, 4], concurrency: 1, onFailure: 'throw' },
  });
  expect(running.next([9, 16])).toMatchObject({
    done: false,
    value: { kind: 'all', parts: { product: { kind: 'call', operation: multiply, input: [9, 16] } } },
  });
  expect(running.next({ product: 144 })).toEqual({ done: true, value: 12 });
});

test('a step throws the failure that it is given', () => {
  function* attempt() {
    try {
      yield* call(square, 1);
      return 'computed';
    } catch (error) {
      return error;
    }
  }
  const running = attempt();
  running.next();
  expect(running.throw('failed')).toEqual({ done: true, value: 'failed' });
});

test('every step has the mark of its version, and nothing else has', () => {
  const steps = [call(square, 1), map(square, [1]), all([call(square, 1)]), allSettled({})];
  expect(steps.map(stepVersionOf)).toEqual([1, 1, 1, 1]);
  expect([null, undefined, 1, {}, { kind: 'call' }].map(stepVersionOf)).toEqual(Array(5).fill(undefined));
});

test('the inputs of a map may come from any iterable, even from one without end', () => {
  function* numbers() {
    for (let n = 0; ; n += 1) yield n;
  }
  expect(map(square, new Set([1, 2])).inputs).toEqual([1, 2]);
  expect(map(square, numbers()).inputs).toHaveLength(mapInputsMax + 1);
});
