import { call, defineCatalogue, formula, formulaCode, operation } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { simulate } from './testing/simulate.ts';

/* The SDK takes a value at the call. Later changes by its owner affect no answer. */

const Row = z.object({ n: z.number(), tags: z.array(z.string()).default([]) });
type Rows = z.output<typeof Row>;

const echo = operation({
  name: 'echo',
  description: 'The row itself.',
  input: Row,
  output: Row,
  example: { input: { n: 1, tags: [] }, output: { n: 1, tags: [] } },
});
const ask = formula({
  name: 'ask',
  description: 'The row itself.',
  operands: [['row', Row]],
  output: Row,
  example: { operands: [{ n: 1, tags: [] }], output: { n: 1, tags: [] } },
});
const both = formula({
  name: 'both',
  description: 'Two lists, one of them turned around.',
  operands: [['list', z.array(z.number())]],
  output: z.array(z.array(z.number())),
  example: {
    operands: [[1, 2]],
    output: [
      [2, 1],
      [1, 2],
    ],
  },
});
const list = operation({
  name: 'list',
  description: 'A list itself.',
  input: z.array(z.number()),
  output: z.array(z.number()),
  example: { input: [1], output: [1] },
});
const catalogue = defineCatalogue({ operations: { echo, list }, formulas: { ask, both } });
const handlers = { echo: (row: Rows) => row, list: (numbers: number[]) => numbers };
const formulas = {
  ask: formulaCode(ask, { plan: ([row]) => [call(echo, row)], combine: ([row]) => row }),
  both: formulaCode(both, {
    plan: ([numbers]) => [call(list, numbers.toReversed()), call(list, numbers)],
    combine: ([turned, same]) => [turned, same],
  }),
};

describe('values are copied when they are handed over', () => {
  test('an object that is reused for each call gives each call its own answer', async () => {
    const network = simulate();
    network.serve({ catalogue, handlers, formulas });
    const client = network.connect({ catalogue });
    const row: Rows = { n: 0, tags: [] };
    const answers = await Promise.all(
      [1, 2, 3].map((n) => {
        row.n = n;
        row.tags.push(`t${n}`);
        return client.ask(row);
      }),
    );
    expect(answers.map(({ value }) => value.n)).toEqual([1, 2, 3]);
    expect(answers.map(({ value }) => value.tags.length)).toEqual([1, 2, 3]);
  });

  test('a request that is held or resent has the values of the call', async () => {
    const network = simulate({ brokers: 1 });
    const client = network.connect({ catalogue });
    const row: Rows = { n: 1, tags: ['a'] };
    const held = client.ask(row, { timeoutMs: 60_000 });
    row.n = 2;
    await network.pass(1_000);
    row.tags.push('b');
    const seen: Rows[] = [];
    network.serve({ catalogue, handlers: { ...handlers, echo: (given) => (seen.push(given), given) }, formulas });
    expect((await held).value).toEqual({ n: 1, tags: ['a'] });
    let lost = 0;
    const end = network.drop(({ topic }) => topic.startsWith('calc.request.') && ++lost < 4);
    const resent = client.ask(row, { timeoutMs: 60_000 });
    row.n = 3;
    expect((await resent).value.n).toBe(2);
    end();
    expect(lost).toBeGreaterThan(3);
    expect(seen.map(({ n }) => n)).toEqual([1, 2]);
  });

  test('an output that its handler keeps and changes is answered, also from memory, as it was returned', async () => {
    const network = simulate({ brokers: 1 });
    const kept: Rows = { n: 0, tags: [] };
    const count = (): Rows => {
      kept.n += 1;
      return kept;
    };
    network.serve({ catalogue, handlers: { ...handlers, echo: count }, formulas });
    const client = network.connect({ catalogue });
    await network.pass(500);
    let lost = 0;
    network.drop(({ topic }) => topic.startsWith('calc.echo.result.') && ++lost <= 3);
    const answers = await Promise.all([1, 2, 3].map((n) => client.ask({ n, tags: [] }, { timeoutMs: 60_000 })));
    expect(answers.map(({ value }) => value.n).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    expect(lost).toBeGreaterThan(3);
  });

  test('changes of operands, calls and inputs by a plan after it has returned affect no call', async () => {
    const network = simulate();
    const reused: number[] = [];
    const calls: { operation: typeof list; input: number[] }[] = [];
    const plan = ([numbers]: readonly [number[]]) => {
      numbers.reverse();
      reused.splice(0, reused.length, ...numbers);
      calls.splice(0, calls.length, call(list, reused), call(list, reused));
      queueMicrotask(() => {
        reused.length = 0;
        calls.length = 0;
      });
      return calls as never;
    };
    const combine = (results: readonly number[][], [numbers]: readonly [number[]]) => [...results, numbers];
    const changed = { ...formulas, both: { ...formulas.both, plan, combine: combine as never } };
    network.serve({ catalogue, handlers, formulas: changed });
    const client = network.connect({ catalogue });
    const answers = await Promise.all([client.both([1, 2]), client.both([3, 4])]);
    expect(answers.map(({ value }) => value)).toEqual([
      [
        [2, 1],
        [2, 1],
        [1, 2],
      ],
      [
        [4, 3],
        [4, 3],
        [3, 4],
      ],
    ]);
  });

  test('a handler that changes its input and output affects no other call, also as a fallback', async () => {
    const outputs: number[][] = [];
    const spoil = (numbers: number[]): number[] => {
      const output = [...numbers];
      numbers.length = 0;
      outputs.push(output);
      queueMicrotask(() => void output.push(99));
      return output;
    };
    for (const operations of [undefined, []]) {
      const network = simulate();
      network.serve({
        catalogue,
        handlers: { ...handlers, list: spoil },
        formulas,
        ...(operations === undefined ? {} : { operations }),
      });
      const { value, fallbacks } = await network.connect({ catalogue }).both([1, 2]);
      expect(value).toEqual([
        [2, 1],
        [1, 2],
      ]);
      expect(fallbacks).toEqual(operations === undefined ? [] : [1, 2]);
    }
    expect(outputs).toHaveLength(4);
  });

  test('a default value of a contract is the same for every request, whatever handlers do with it', async () => {
    const network = simulate();
    const spoil = (row: Rows): Rows => {
      row.tags.push(`n${row.n}`);
      return row;
    };
    const nested = operation({
      name: 'nested',
      description: 'Options with a default.',
      input: z.object({ options: z.object({ tags: z.array(z.string()) }).default({ tags: [] }) }),
      output: z.number(),
      example: { input: { options: { tags: [] } }, output: 1 },
    });
    const tags = formula({
      name: 'tags',
      description: 'How many tags there are.',
      operands: [['n', z.number()]],
      output: z.number(),
      example: { operands: [1], output: 1 },
    });
    const mine = defineCatalogue({ operations: { nested }, formulas: { tags } });
    const code = { tags: formulaCode(tags, { plan: () => [call(nested, {} as never)], combine: ([count]) => count }) };
    const push = ({ options }: { options: { tags: string[] } }): number => options.tags.push('x');
    network.serve({ catalogue: mine, handlers: { nested: push }, formulas: code });
    const client = network.connect({ catalogue: mine });
    for (const n of [1, 2, 3]) expect((await client.tags(n)).value).toBe(1);
    // A fallback reads its input as an op-server does: with default values, and without fields that the contract does
    // not have.
    const alone = simulate();
    alone.serve({ catalogue: mine, handlers: { nested: push }, formulas: code, operations: [] });
    expect(await alone.connect({ catalogue: mine }).tags(1)).toMatchObject({ value: 1, fallbacks: [1] });
    network.serve({ catalogue, handlers: { ...handlers, echo: spoil }, formulas, operations: [] });
    const other = network.connect({ catalogue });
    for (const n of [1, 2]) {
      expect(await other.ask({ n } as never)).toMatchObject({ value: { n, tags: [`n${n}`] }, fallbacks: [1] });
    }
  });
});
