import { defineCatalogue, defineSystem, exposed, formula, formulaCode, map, operation } from '@cateto/contracts';
import { z } from 'zod';
import { monteCarlo } from './monte-carlo.js';

/* Prices options by simulation: one operation that takes a millisecond for 1,000 paths, and a formula that spreads many of them. */

const Option = z.object({
  /** The price of the share today. */
  spot: z.number().positive(),
  strike: z.number().positive(),
  /** Per year: 0.2 is 20 %. */
  volatility: z.number().positive(),
  rate: z.number(),
  years: z.number().positive(),
  /** The number of simulated courses of the share. */
  paths: z.int().min(1).max(10_000_000),
  /** The same seed gives the same price, on every server. */
  seed: z.int().min(0),
});
const example = { spot: 100, strike: 100, volatility: 0.2, rate: 0.03, years: 1, paths: 1_000, seed: 1 };

const price = operation({
  name: 'price',
  description: 'The price of an Asian call option by Monte-Carlo simulation.',
  input: Option,
  output: z.number(),
  example: { input: example, output: 5.791_788_600_505_614_5 },
  work: { maxMs: 60_000, fallback: 'never' },
});

const portfolio = formula({
  name: 'portfolio',
  description: 'The total price of many options, and the dearest one by its place in the list.',
  operands: [['options', z.array(Option).min(1).max(10_000)]],
  output: z.object({ total: z.number(), dearest: z.int() }),
  example: { operands: [[example]], output: { total: 5.791_788_600_505_614_5, dearest: 0 } },
});

export default defineSystem({
  catalogue: defineCatalogue({
    operations: { price },
    // A client can price one option as well, by the name of the operation.
    formulas: { portfolio, price: exposed(price, { operand: 'option' }) },
  }),
  handlers: { price: monteCarlo },
  formulas: {
    portfolio: formulaCode(portfolio, function* ([options]) {
      // At most 256 at once are at op-servers or on the way; the others wait here.
      const prices = yield* map(price, options);
      // In the order of the options, so that the total is the same to the last bit, whichever server was faster.
      const total = prices.reduce((sum, one) => sum + one, 0);
      return { total, dearest: prices.indexOf(Math.max(...prices)) };
    }),
  },
});
