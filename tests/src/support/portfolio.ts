import type { Operation } from '@cateto/contracts';
import {
  all,
  call,
  defineCatalogue,
  defineSystem,
  Finite,
  formula,
  formulaCode,
  map,
  operation,
} from '@cateto/contracts';
import { setTimeout as sleep } from 'node:timers/promises';

/* A catalogue module with a formula in steps: two thousand quotes, then two rounds of sums. */

const quote = operation({
  name: 'quote',
  description: 'A quote that takes 20 ms to arrive.',
  input: Finite,
  output: Finite,
  example: { input: 100, output: 300 },
});
const sum = operation({
  name: 'sum',
  description: 'The sum of two numbers.',
  input: Finite,
  output: Finite,
  example: { input: 1, output: 2 },
});
const portfolio = formula({
  name: 'portfolio',
  description: 'A number from many quotes.',
  operands: [['count', Finite]],
  output: Finite,
  example: { operands: [0], output: 0 },
  calls: [quote, sum],
});
const forgetful = formula({
  name: 'forgetful',
  description: 'Calls an operation that its contract does not list.',
  operands: [['count', Finite]],
  output: Finite,
  example: { operands: [0], output: 0 },
  calls: [sum],
});

export default defineSystem({
  catalogue: defineCatalogue({ operations: { quote, sum }, formulas: { portfolio, forgetful } }),
  handlers: {
    async quote(strike: number): Promise<number> {
      await sleep(20);
      return 3 * strike;
    },
    sum: (value: number) => 2 * value,
  },
  formulas: {
    portfolio: formulaCode(portfolio, function* ([count]) {
      const strikes = Array.from({ length: count }, (_, index) => index);
      let total = 0;
      for (const [index, each] of (yield* map(quote, strikes)).entries()) total += index * each;
      const { twice } = yield* all({ twice: call(sum, total) });
      return yield* call(sum, twice);
    }),
    forgetful: formulaCode(forgetful, function* () {
      // As a program in JavaScript could.
      return yield* call(quote as Operation as typeof sum, 1);
    }),
  },
});
