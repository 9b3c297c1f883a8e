import { defineCatalogue, Doubles, exposed, Finite, formula, operation } from '@cateto/contracts';
import { z } from 'zod';

/* The contracts that the server and its clients share. */

const Point = z.object({ x: Finite, y: Finite });
export type Point = z.output<typeof Point>;

export const gap = operation({
  name: 'gap',
  description: 'How far two numbers are apart.',
  input: z.tuple([Finite, Finite]),
  output: Finite,
  example: { input: [3, 1], output: 2 },
});

export const blocks = formula({
  name: 'blocks',
  description: 'How many blocks one walks from a corner to another one, in a city like a chessboard.',
  operands: [
    ['from', Point],
    ['to', Point],
  ],
  output: Finite,
  example: {
    operands: [
      { x: 1, y: 1 },
      { x: 3, y: 4 },
    ],
    output: 5,
  },
});

const Samples = Doubles({ max: 100_000 });

export const movingAverage = operation({
  name: 'movingAverage',
  description: 'The mean of each three numbers in a row.',
  input: Samples,
  output: Samples,
  example: { input: Float64Array.of(1, 2, 6, 4), output: Float64Array.of(3, 4) },
});

export const catalogue = defineCatalogue({
  operations: { gap, movingAverage },
  formulas: { blocks, movingAverage: exposed(movingAverage) },
});
