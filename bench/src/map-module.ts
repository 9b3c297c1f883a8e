import { call, defineCatalogue, defineSystem, Finite, formula, formulaCode, map, operation } from '@cateto/contracts';

/* A catalogue module whose operation does nothing: called once by a formula of one round, and a thousand times by a map. */

const echo = operation({
  name: 'echo',
  description: 'Its input.',
  input: Finite,
  output: Finite,
  example: { input: 1, output: 1 },
});
const shape = { operands: [['a', Finite]] as const, output: Finite, example: { operands: [0] as [number], output: 0 } };
const once = formula({ name: 'once', description: 'One call.', ...shape });
const thousandfold = formula({ name: 'thousandfold', description: 'A map of a thousand calls.', ...shape });

export const mapCalls = 1_000;

export default defineSystem({
  catalogue: defineCatalogue({ operations: { echo }, formulas: { once, thousandfold } }),
  handlers: { echo: (input: number) => input },
  formulas: {
    once: formulaCode(once, { plan: ([a]) => [call(echo, a)], combine: ([result]) => result }),
    thousandfold: formulaCode(thousandfold, function* ([a]) {
      const results = yield* map(
        echo,
        Array.from({ length: mapCalls }, (_, index) => a + index),
      );
      let sum = 0;
      for (const [index, each] of results.entries()) sum += each - index;
      return sum / mapCalls;
    }),
  },
});
