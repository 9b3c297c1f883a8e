import type { Failure, FormulaGenerator } from '@cateto/contracts';
import { all, call, Finite, formula, formulaCode, isFailure, map, multiply, square } from '@cateto/contracts';

/*
 * A formula in steps: a map of more calls than its window, a round of several parts, a loop, and a call whose failure it
 * catches. No two requests share an operand, so nearly all of its calls are its own.
 */

/** More than the 256 calls of a map that are in flight at once. */
const mapped = 300;
const loops = 3;

export const rounds = formula({
  name: 'rounds',
  description: 'A number from many squares and products.',
  operands: [['a', Finite]],
  output: Finite,
  example: { operands: [0], output: 0 },
  calls: [square, multiply],
});

export const roundsCode: FormulaGenerator<typeof rounds> = formulaCode(rounds, function* ([a]) {
  const squares = yield* map(
    square,
    Array.from({ length: mapped }, (_, index) => a + index / 1_024),
  );
  let sum = 0;
  // Results in another order give another sum.
  for (const [index, each] of squares.entries()) sum += (index + 1) * each;
  const parts = yield* all({
    half: call(multiply, [sum, 0.5]),
    more: map(
      multiply,
      [
        [sum, 2],
        [sum, 3],
      ],
      { concurrency: 1 },
    ),
  });
  let value = parts.half + (parts.more[0] ?? 0) - (parts.more[1] ?? 0);
  for (let loop = 0; loop < loops; loop += 1) value = Math.sqrt(yield* call(square, value + a));
  try {
    yield* all([call(square, value), call(multiply, [1e200, 1e200])]);
  } catch (error) {
    if (!isFailure(error) || error.code !== 'out-of-domain') throw error;
    return value;
  }
  return Number.NaN;
});

type Computed = (input: unknown) => unknown;

/** The generator's result when the handlers compute its calls one after the other, without a network. */
export function expectedOfSteps(
  code: FormulaGenerator,
  operands: readonly unknown[],
  handlers: Readonly<Record<string, Computed>>,
): unknown {
  const running = code.steps(operands);
  for (let pulled = running.next(); ;) {
    if (pulled.done === true) return pulled.value;
    const outcome = computed(pulled.value, handlers);
    pulled = isFailure(outcome) ? running.throw(outcome) : running.next(outcome);
  }
}

type Yielded = Exclude<
  ReturnType<ReturnType<FormulaGenerator['steps']>['next']>,
  IteratorReturnResult<unknown>
>['value'];

function computed(step: Yielded, handlers: Readonly<Record<string, Computed>>): unknown {
  if (step.kind === 'call') return handlers[step.operation.name]?.(step.input);
  if (step.kind === 'map') return together(step.inputs.map((input) => handlers[step.operation.name]?.(input)));
  const { parts } = step;
  const results = Object.values(parts).map((part) => computed(part, handlers));
  const first = together(results);
  if (isFailure(first) || Array.isArray(parts)) return first;
  return Object.fromEntries(Object.keys(parts).map((name, index) => [name, results[index]]));
}

function together(results: readonly unknown[]): readonly unknown[] | Failure {
  return results.find(isFailure) ?? results;
}

/** A generator that passes on its operands, and each operation and input that it requests. */
export function watchedSteps(
  code: FormulaGenerator,
  begun: (operands: readonly unknown[]) => void,
  requested: (operation: string, input: unknown) => void,
): FormulaGenerator {
  return {
    ...code,
    *steps(operands) {
      begun(operands);
      const running = code.steps(operands);
      for (let pulled = running.next(); ;) {
        if (pulled.done === true) return pulled.value;
        tell(pulled.value, requested);
        try {
          const given: unknown = yield pulled.value;
          pulled = running.next(given);
        } catch (error) {
          pulled = running.throw(error);
        }
      }
    },
  };
}

function tell(step: Yielded, requested: (operation: string, input: unknown) => void): void {
  if (step.kind === 'call') requested(step.operation.name, step.input);
  else if (step.kind === 'map') for (const input of step.inputs) requested(step.operation.name, input);
  else for (const part of Object.values(step.parts)) tell(part, requested);
}
