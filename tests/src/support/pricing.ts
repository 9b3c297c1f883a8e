import {
  call,
  defineCatalogue,
  defineSystem,
  exposed,
  Finite,
  formula,
  formulaCode,
  operation,
} from '@cateto/contracts';

/* A catalogue module as users write it, for the ready-made programs. */

const price = operation({
  name: 'price',
  description: 'A price that takes 20 ms to compute.',
  input: Finite,
  output: Finite,
  example: { input: 100, output: 200 },
});
const spread = formula({
  name: 'spread',
  description: 'The difference of two prices.',
  operands: [
    ['low', Finite],
    ['high', Finite],
  ],
  output: Finite,
  example: { operands: [110, 90], output: 40 },
});

export default defineSystem({
  catalogue: defineCatalogue({
    operations: { price },
    formulas: { spread, price: exposed(price, { operand: 'strike' }) },
  }),
  handlers: () => import('./pricing-handlers.ts').then((module) => module.handlers),
  formulas: {
    spread: formulaCode(spread, {
      plan: ([low, high]) => [call(price, low), call(price, high)],
      combine: ([low, high]) => low - high,
    }),
  },
});
