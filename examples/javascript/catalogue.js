import { defineCatalogue, formula, operation } from '@cateto/contracts';
import { z } from 'zod';

/* The contracts that the server and its clients share. */

const Text = z.string().max(10_000);
const Count = z.int().min(0);

export const wordCount = operation({
  name: 'wordCount',
  description: 'How many words a text has.',
  input: Text,
  output: Count,
  example: { input: 'to be or not', output: 4 },
});

export const moreWords = formula({
  name: 'moreWords',
  description: 'By how many words a text is longer than another one.',
  operands: [
    ['text', Text],
    ['other', Text],
  ],
  output: z.int(),
  example: { operands: ['to be or not', 'to be'], output: 2 },
});

export const catalogue = defineCatalogue({ operations: { wordCount }, formulas: { moreWords } });
