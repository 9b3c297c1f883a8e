import { z } from 'zod';
import { Finite } from '../../catalogue/finite.ts';
import { operation } from '../../catalogue/operation.ts';

export const multiply = operation({
  name: 'multiply',
  description: 'The product of two factors; out of domain when it overflows.',
  input: z.tuple([Finite, Finite]),
  output: Finite,
  example: { input: [6, 7], output: 42 },
  work: { fallback: 'late', lanes: 'fixed' },
});
