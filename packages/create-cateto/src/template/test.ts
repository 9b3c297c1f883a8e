/** `src/primes.test.ts` of a new project. */
export const testText = `import { simulate } from '@cateto/sdk/testing';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import system from './primes.ts';

test('a formula is answered, also while a broker dies', async () => {
  const network = simulate({ seed: 1 });
  network.serve(system);
  const client = network.connect({ catalogue: system.catalogue });
  const answer = client.primesBelow(100);
  network.crash('broker');
  assert.equal((await answer).value, 25);
});

test('an operation is called by its own name', async () => {
  const network = simulate({ seed: 1 });
  network.serve(system);
  const client = network.connect({ catalogue: system.catalogue });
  assert.equal((await client.countPrimes({ from: 10, to: 20 })).value, 4);
});
`;
