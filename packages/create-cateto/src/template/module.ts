/** `src/primes.ts` of a new project. */
export const moduleText = `import { defineCatalogue, defineSystem, exposed, formula, formulaCode, map, operation } from '@cateto/contracts';
import { z } from 'zod';

const Whole = z.int().min(0).max(1_000_000_000);

// An operation is one function. Op-servers run it; the schemas are checked on both sides.
const countPrimes = operation({
  name: 'countPrimes',
  description: 'How many primes a range contains, without its end.',
  input: z.object({ from: Whole, to: Whole }),
  output: Whole,
  example: { input: { from: 10, to: 20 }, output: 4 },
  work: { maxMs: 60_000 },
});

// A formula is what clients call. It combines the results of operations, which run at the same time.
const primesBelow = formula({
  name: 'primesBelow',
  description: 'How many primes are below n, counted in parts of 100,000.',
  operands: [['n', Whole]],
  output: Whole,
  example: { operands: [100], output: 25 },
});

function isPrime(n: number): boolean {
  for (let factor = 2; factor * factor <= n; factor += 1) if (n % factor === 0) return false;
  return n > 1;
}

export default defineSystem({
  catalogue: defineCatalogue({
    operations: { countPrimes },
    // An exposed operation can be called by its own name as well.
    formulas: { primesBelow, countPrimes: exposed(countPrimes, { operand: 'range' }) },
  }),
  handlers: {
    countPrimes({ from, to }) {
      let count = 0;
      for (let n = from; n < to; n += 1) if (isPrime(n)) count += 1;
      return count;
    },
  },
  formulas: {
    primesBelow: formulaCode(primesBelow, function* ([n]) {
      const starts = Array.from({ length: Math.ceil(n / 100_000) }, (_, part) => part * 100_000);
      const ranges = starts.map((from) => ({ from, to: Math.min(from + 100_000, n) }));
      const counts = yield* map(countPrimes, ranges);
      return counts.reduce((sum, count) => sum + count, 0);
    }),
  },
});
`;
