import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { simulate } from './testing/simulate.ts';

/* A server whose event loop runs but whose handlers hang, because something that they wait for hangs (ADR 37). */

const negate = operation({
  name: 'negate',
  description: 'The opposite of a number.',
  input: Finite,
  output: Finite,
  example: { input: 1, output: -1 },
  work: { fallback: 'late' },
});
const flip = formula({
  name: 'flip',
  description: 'The opposite of a number.',
  operands: [['number', Finite]],
  output: Finite,
  example: { operands: [1], output: -1 },
});
const catalogue = defineCatalogue({ operations: { negate }, formulas: { flip } });
const formulas = {
  flip: formulaCode(flip, { plan: ([number]) => [call(negate, number)], combine: ([result]) => result }),
};

test('calls wait once for a server whose handlers hang, not again while it answers status requests, and use it again after it recovers', async () => {
  const network = simulate({ brokers: 1 });
  let hangs = true;
  network.serve({
    catalogue,
    handlers: { negate: (number) => (hangs ? new Promise<number>(() => undefined) : -number) },
  });
  network.serve({
    catalogue,
    handlers: { negate: (number) => -number },
    formulas,
    operations: [],
    operationTimeoutMs: 2_000,
  });
  const client = network.connect({ catalogue });
  await network.pass(100);
  async function callsOf(count: number) {
    const calls = { slow: 0, fellBack: 0 };
    for (let nth = 1; nth <= count; nth += 1) {
      const { elapsedMs, fallbacks } = await client.flip(nth);
      if (elapsedMs >= 500) calls.slow += 1;
      if (fallbacks.length > 0) calls.fellBack += 1;
      expect((await client.status()).degraded).toBe(false);
      await network.pass(100);
    }
    return calls;
  }
  expect(await callsOf(100)).toEqual({ slow: 1, fellBack: 100 });
  hangs = false;
  // A copy of one call a second shows that the server has recovered.
  expect(await callsOf(100)).toEqual({ slow: 0, fellBack: expect.any(Number) });
  expect(await callsOf(10)).toEqual({ slow: 0, fellBack: 0 });
});
