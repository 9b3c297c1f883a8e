import { Finite } from '../../catalogue/finite.ts';
import { formula } from '../../catalogue/formula.ts';

export const diagonal = formula({
  name: 'diagonal',
  description: 'The space diagonal of a box with edges a, b and c.',
  operands: [
    ['a', Finite],
    ['b', Finite],
    ['c', Finite],
  ],
  output: Finite,
  example: { operands: [1, 2, 2], output: 3 },
});
