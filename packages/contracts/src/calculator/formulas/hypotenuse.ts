import { Finite } from '../../catalogue/finite.ts';
import { formula } from '../../catalogue/formula.ts';

export const hypotenuse = formula({
  name: 'hypotenuse',
  description: 'The hypotenuse of a right triangle with legs a and b.',
  operands: [
    ['a', Finite],
    ['b', Finite],
  ],
  output: Finite,
  example: { operands: [12, 13], output: 17.69180601295413 },
});
