import type { GivenWork, HandlerContext } from '@cateto/contracts';
import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';

/* A catalogue whose only operation takes as long as a test wants. */

/** A handler of `slow`. */
export type SlowHandler = (input: number, context: HandlerContext) => number | Promise<number>;

/** `slow` returns its input; `patience` calls it once; `both` calls it twice and adds the results. */
export function slowCatalogue(work: GivenWork = {}) {
  const slow = operation({
    name: 'slow',
    description: 'Its input.',
    input: Finite,
    output: Finite,
    example: { input: 1, output: 1 },
    work,
  });
  const patience = formula({
    name: 'patience',
    description: 'Its operand.',
    operands: [['a', Finite]],
    output: Finite,
    example: { operands: [1], output: 1 },
  });
  const both = formula({
    name: 'both',
    description: 'The sum of its operands.',
    operands: [
      ['a', Finite],
      ['b', Finite],
    ],
    output: Finite,
    example: { operands: [1, 2], output: 3 },
  });
  return {
    catalogue: defineCatalogue({ operations: { slow }, formulas: { patience, both } }),
    formulas: {
      patience: formulaCode(patience, { plan: ([a]) => [call(slow, a)], combine: ([result]) => result }),
      both: formulaCode(both, { plan: ([a, b]) => [call(slow, a), call(slow, b)], combine: ([a, b]) => a + b }),
    },
  };
}
