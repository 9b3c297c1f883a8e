import { Finite } from '../../catalogue/finite.ts';
import { formula } from '../../catalogue/formula.ts';

export const leg = formula({
  name: 'leg',
  description: 'The other leg of a right triangle with hypotenuse c and leg a; out of domain when c is less than a.',
  operands: [
    ['c', Finite],
    ['a', Finite],
  ],
  output: Finite,
  example: { operands: [5, 3], output: 4 },
});
