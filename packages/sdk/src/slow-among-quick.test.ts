import { expect, test } from 'vitest';
import { slowCatalogue } from './slow.test-support.ts';
import { simulate } from './testing/simulate.ts';

test('one slow call does not make servers keep the answers to the quick ones after it', async () => {
  const network = simulate();
  const { catalogue, formulas } = slowCatalogue();
  const runs = new Map<number, number>();
  network.serve({
    catalogue,
    formulas,
    handlers: {
      async slow(input: number) {
        runs.set(input, (runs.get(input) ?? 0) + 1);
        if (input === 0) await network.pass(40_000);
        return input;
      },
    },
  });
  const client = network.connect({ catalogue, timeoutMs: 60_000 });
  const slow = client.patience(0);
  for (let input = 1; input <= 300; input += 1) {
    await network.pass(100);
    expect((await client.patience(input)).value).toBe(input);
  }
  const { servers } = await client.status();
  expect(servers).toHaveLength(2);
  // The last few are settled by the next request.
  for (const { tables, role } of servers) expect(tables?.['remembered'], role).toBeLessThanOrEqual(12);
  expect((await slow).value).toBe(0);
  expect([...runs.values()].every((count) => count === 1)).toBe(true);
});

test('a client with many slow calls still confirms its return path after a failover', async () => {
  const network = simulate();
  const { catalogue, formulas } = slowCatalogue();
  network.serve({
    catalogue,
    formulas,
    handlers: {
      async slow(input: number) {
        if (input > 0) await network.pass(20_000);
        return input;
      },
    },
  });
  const client = network.connect({ catalogue, timeoutMs: 600_000 });
  const slow = Array.from({ length: 60 }, (_, index) => client.patience(index + 1));
  await network.pass(2_000);
  // The answer to this one lies above the others.
  await client.patience(0);
  network.crash('broker');
  await network.pass(1_000);
  expect((await client.patience(0, { timeoutMs: 5_000 })).value).toBe(0);
  expect((await Promise.all(slow)).map(({ value }) => value)).toEqual(slow.map((_, index) => index + 1));
});
