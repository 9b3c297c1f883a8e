import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import { z } from 'zod';

/* The suite's work as a catalogue of Cateto. The handlers are those of all other systems: `handlers.ts`. */

const burn = operation({
  name: 'burn',
  description: 'An item, after so many rounds of computing.',
  input: z.tuple([Finite, Finite]),
  output: Finite,
  example: { input: [1, 0], output: 1 },
});

const pause = operation({
  name: 'pause',
  description: 'An item, after so many milliseconds.',
  input: z.tuple([Finite, Finite]),
  output: Finite,
  example: { input: [1, 0], output: 1 },
});

const burnOne = formula({
  name: 'burnOne',
  description: 'One call of burn.',
  operands: [
    ['item', Finite],
    ['rounds', Finite],
  ],
  output: Finite,
  example: { operands: [1, 0], output: 1 },
});

const pauseOne = formula({
  name: 'pauseOne',
  description: 'One call of pause.',
  operands: [
    ['item', Finite],
    ['ms', Finite],
  ],
  output: Finite,
  example: { operands: [1, 0], output: 1 },
});

const burnEight = formula({
  name: 'burnEight',
  description: 'Eight calls of burn with items that follow on each other, and their sum.',
  operands: [
    ['item', Finite],
    ['rounds', Finite],
  ],
  output: Finite,
  example: { operands: [1, 0], output: 36 },
});

export const workCatalogue = defineCatalogue({
  operations: { burn, pause },
  formulas: { burnOne, pauseOne, burnEight },
});

export const workFormulas = {
  burnOne: formulaCode(burnOne, {
    plan: ([item, rounds]) => [call(burn, [item, rounds])],
    combine: ([result]) => result,
  }),
  pauseOne: formulaCode(pauseOne, {
    plan: ([item, ms]) => [call(pause, [item, ms])],
    combine: ([result]) => result,
  }),
  burnEight: formulaCode(burnEight, {
    plan: ([item, rounds]) => [
      call(burn, [item, rounds]),
      call(burn, [item + 1, rounds]),
      call(burn, [item + 2, rounds]),
      call(burn, [item + 3, rounds]),
      call(burn, [item + 4, rounds]),
      call(burn, [item + 5, rounds]),
      call(burn, [item + 6, rounds]),
      call(burn, [item + 7, rounds]),
    ],
    combine: (results) => results.reduce((total, one) => total + one, 0),
  }),
};
