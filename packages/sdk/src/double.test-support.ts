import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';

/* A catalogue of one operation and one formula, for tests that are not about contracts. */

const double = operation({
  name: 'double',
  description: 'Twice a number.',
  input: Finite,
  output: Finite,
  example: { input: 2, output: 4 },
});
const twice = formula({
  name: 'twice',
  description: 'Twice a number.',
  operands: [['a', Finite]],
  output: Finite,
  example: { operands: [2], output: 4 },
});

export const catalogue = defineCatalogue({ operations: { double }, formulas: { twice } });
export const formulas = {
  twice: formulaCode(twice, { plan: ([a]) => [call(double, a)], combine: ([result]) => result }),
};
export const handlers = { double: (value: number) => 2 * value };
