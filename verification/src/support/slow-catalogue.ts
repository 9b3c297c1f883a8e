import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';

/** A catalogue whose only operation takes as long as its handler, which each user writes, wants. */
const slow = operation({
  name: 'slow',
  description: 'Its input, after a while.',
  input: Finite,
  output: Finite,
  example: { input: 1, output: 1 },
});

const patience = formula({
  name: 'patience',
  description: 'Its operand, slowly.',
  operands: [['a', Finite]],
  output: Finite,
  example: { operands: [1], output: 1 },
});

export const slowCatalogue = defineCatalogue({ operations: { slow }, formulas: { patience } });

/** The input at which the handler of fatal-server.ts ends its process. */
export const fatalInput = 13;

export const slowFormulas = {
  patience: formulaCode(patience, { plan: ([a]) => [call(slow, a)], combine: ([result]) => result }),
};
