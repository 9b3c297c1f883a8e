import type { HandlerContext } from '@cateto/contracts';
import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { simulate } from './testing/simulate.ts';

/* The attempt numbers that handlers see. */

/** After this time, the calc-server knows the op-server. */
const connectedMs = 200;

function catalogueOf(fallback: 'late' | 'unserved') {
  const echo = operation({
    name: 'echo',
    description: 'Its input.',
    input: Finite,
    output: Finite,
    example: { input: 1, output: 1 },
    work: { fallback },
  });
  const same = formula({
    name: 'same',
    description: 'Its operand.',
    operands: [['a', Finite]],
    output: Finite,
    example: { operands: [1], output: 1 },
  });
  const catalogue = defineCatalogue({ operations: { echo }, formulas: { same } });
  const formulas = { same: formulaCode(same, { plan: ([a]) => [call(echo, a)], combine: ([result]) => result }) };
  return { catalogue, formulas };
}

/** An op-server and a calc-server that record the attempts their handlers see, and a client. */
function system(fallback: 'late' | 'unserved' = 'unserved') {
  const { catalogue, formulas } = catalogueOf(fallback);
  const network = simulate({ brokers: 1 });
  const seen: [where: string, attempt: number][] = [];
  const handlersOf = (where: string) => ({
    echo(input: number, { attempt }: HandlerContext): number {
      seen.push([where, attempt]);
      return input;
    },
  });
  const op = network.serve({ catalogue, handlers: handlersOf('op'), host: 'op' });
  const calc = network.serve({ catalogue, handlers: handlersOf('calc'), formulas, operations: [], host: 'calc' });
  return { network, seen, op, calc, client: network.connect({ catalogue }) };
}

test('a request that arrives at once is the first attempt', async () => {
  const { client, seen, op, calc } = system();
  await Promise.all([op.ready, calc.ready]);
  await client.same(1);
  expect(seen).toEqual([['op', 1]]);
});

test('a call that was lost once arrives as the second attempt', async () => {
  const { network, client, seen } = system();
  await client.same(1);
  const end = network.drop(({ topic }) => topic.startsWith('calc.echo.request.1.'));
  const asked = client.same(2);
  await network.pass(100);
  end();
  await asked;
  expect(seen).toEqual([
    ['op', 1],
    ['op', 2],
  ]);
});

test('the calls of a client’s request that was lost once are second attempts, because another calc-server may have sent them', async () => {
  const { network, client, seen } = system();
  await client.same(1);
  const end = network.drop(({ topic }) => topic.startsWith('calc.request.1.'));
  const asked = client.same(2);
  await network.pass(100);
  end();
  await asked;
  expect(seen.at(-1)).toEqual(['op', 2]);
});

test('a fallback counts as one attempt more than were sent', async () => {
  const { network, client, seen, op } = system('late');
  // Until the calc-server knows the op-server, it computes at once.
  await network.pass(connectedMs);
  await client.same(1);
  const end = network.drop(({ topic }) => topic.startsWith('calc.echo.request.1.'));
  await client.same(2, { timeoutMs: 20_000 });
  end();
  const [where, attempt = 0] = seen.at(-1) ?? [];
  expect([where, attempt > 2]).toEqual(['calc', true]);
  await op.close();
  await client.same(3);
  expect(seen.at(-1)).toEqual(['calc', 1]);
});
