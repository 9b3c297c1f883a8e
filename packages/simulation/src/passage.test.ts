import { createFormulaClient, createRequesterDriver, open, serveFormulas } from '@cateto/bus';
import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import { expect, test } from 'vitest';
import type { Passage } from './index.ts';
import { createNetwork } from './index.ts';

/* The messages of a watched system. */

const square = operation({
  name: 'square',
  description: 'The square of a number.',
  input: Finite,
  output: Finite,
  example: { input: 3, output: 9 },
});
const hypotenuse = formula({
  name: 'hypotenuse',
  description: 'A formula of two operands.',
  operands: [
    ['a', Finite],
    ['b', Finite],
  ],
  output: Finite,
  example: { operands: [3, 4], output: 5 },
});
const catalogue = defineCatalogue({ operations: { square }, formulas: { hypotenuse } });
const formulas = { hypotenuse: formulaCode(hypotenuse, { plan: () => [call(square, 3)], combine: () => 5 }) };

function setUp() {
  const passages: Passage[] = [];
  const network = createNetwork({ seed: 3, lateShare: 0, onMessage: (passage) => passages.push(passage) });
  network.startBroker('broker');
  network.startBroker('backup');
  const options = (host: string) => {
    const process = network.spawn(host);
    return {
      process,
      catalogue,
      platform: process.platform,
      openLink: network.openLink(process),
      onEvent: () => undefined,
    };
  };
  serveFormulas({
    ...options('calc-server'),
    formulas,
    handlers: { square: (x) => x * x },
    operationTimeoutMs: 100,
  });
  const { process, ...client } = options('client');
  const bus = open({ role: 'client', ...client });
  const requests = createRequesterDriver(bus.participant, { answerTimeoutMs: 100, onEvent: client.onEvent });
  const ask = createFormulaClient(bus, catalogue, requests);
  return {
    network,
    process,
    operands: () => passages.filter(({ topic }) => topic.startsWith('calc.request.')),
    ask: () => void ask.ask({ formula: hypotenuse, operands: [3, 4], timeoutMs: 5_000, settle: () => undefined }),
  };
}

test('a watched message names its connection, and is under way, waiting or read as time passes', async () => {
  const { network, operands, ask } = setUp();
  await network.runTo(1_000);
  ask();
  while (operands().length < 4) network.step();
  const [first, , onward] = operands();
  expect([first?.from, first?.to, first?.fate]).toEqual(['client', 'broker', 'read']);
  expect([onward?.from, onward?.to, onward?.fate]).toEqual(['broker', 'calc-server', 'under-way']);
  expect(onward?.sentMs).toBeGreaterThanOrEqual(first?.arrivesMs ?? Number.NaN);
  expect(onward?.arrivesMs).toBeGreaterThan(onward?.sentMs ?? Number.NaN);
  await network.runTo(network.nowMs() + 5);
  expect(operands().map(({ fate }) => fate)).toEqual(['read', 'read', 'read', 'read']);
});

test('a cut holds a message back until the path has healed, and the end of its sender loses it', async () => {
  const { network, process, operands, ask } = setUp();
  await network.runTo(1_000);
  network.cut('client', 'broker');
  ask();
  await network.runTo(1_005);
  expect(operands().map(({ fate, arrivesMs }) => [fate, arrivesMs])).toEqual([
    ['held', undefined],
    ['held', undefined],
  ]);
  network.heal('client', 'broker');
  await network.runTo(1_300);
  expect(operands()[0]?.fate).toBe('read');
  network.cut('client', 'broker');
  ask();
  await network.runTo(1_310);
  const held = operands().filter(({ fate }) => fate === 'held');
  expect(held).toHaveLength(2);
  process.kill();
  network.heal('client', 'broker');
  await network.runTo(8_000);
  expect(held.map(({ fate }) => fate)).not.toContain('held');
});
