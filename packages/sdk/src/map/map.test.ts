import { describe, expect, test } from 'vitest';
import { all, counting, slowly, system } from './map.test-support.ts';

/* The results of `map`, and the number of inputs that it takes at once. */

describe('the results of a map', () => {
  test('results come in the order of the inputs, each with its number and its answer', async () => {
    const { client, network } = system(async (value) => {
      await network.pass(100 - value);
      return 2 * value;
    });
    const results = await all(client.map('twice', [[1], [20], [3]]));
    expect(results).toMatchObject([
      { index: 0, value: 2, error: undefined, fallbacks: [] },
      { index: 1, value: 40 },
      { index: 2, value: 6 },
    ]);
    expect(results[0]?.id).toMatch(/^[a-z0-9]{12}-[0-9a-z]+$/);
  });

  test('a map that is not ordered returns each result as soon as it is there', async () => {
    const { client, network } = system(async (value) => {
      await network.pass(1_000 - 100 * value);
      return 2 * value;
    });
    const found = client.map(client.twice, [[1], [2], [3]], { ordered: false });
    expect((await all(found)).map(({ index, value }) => [index, value])).toEqual([
      [2, 6],
      [1, 4],
      [0, 2],
    ]);
  });

  test('a map takes inputs from an asynchronous source, and begins a call as soon as its input is there', async () => {
    const { client, network, seen } = system();
    const source = slowly(counting(5).inputs, () => network.pass(50));
    const values: number[] = [];
    for await (const { value } of client.map('twice', source)) {
      values.push(value);
      expect(seen.begun).toHaveLength(values.length);
    }
    expect(values).toEqual([0, 2, 4, 6, 8]);
  });

  test('a map of no inputs has no results', async () => {
    const { client } = system();
    expect(await all(client.map('twice', []))).toEqual([]);
  });

  test('a map calls nothing before its first result is requested', async () => {
    const { client, network, seen } = system();
    const source = counting(5);
    const results = client.map('twice', source.inputs);
    await network.pass(1_000);
    expect([source.taken, seen.begun]).toEqual([0, []]);
    await results.return();
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });
});

describe('bounds', () => {
  test('at most `concurrency` calls run at once', async () => {
    const { client, network, seen } = system(async (value) => {
      await network.pass(10 + (value % 7));
      return value;
    });
    const values = await all(client.map('twice', counting(100).inputs, { concurrency: 4 }));
    expect(values).toHaveLength(100);
    expect(seen.most).toBe(4);
  });

  test.each([true, false])(
    'a slow reader stops the source: calls and results that are not read are `concurrency` together (ordered: %s)',
    async (ordered) => {
      const { client, network, seen } = system();
      const source = counting();
      const results = client.map('twice', source.inputs, { concurrency: 8, ordered });
      for (let read = 1; read <= 20; read += 1) {
        await results.next();
        await network.pass(500);
        expect(source.taken).toBe(read + 8);
        expect(seen.begun).toHaveLength(read + 8);
      }
      await results.return();
    },
  );

  test('results behind a slow one wait for it, and no more than `concurrency` inputs are taken meanwhile', async () => {
    const { client, network, seen } = system(async (value) => {
      if (value === 0) await network.pass(2_000);
      return value;
    });
    const source = counting();
    const results = client.map('twice', source.inputs, { concurrency: 8 });
    const first = results.next();
    await network.pass(1_500);
    expect([source.taken, seen.begun.length]).toEqual([8, 8]);
    expect(await first).toMatchObject({ value: { index: 0 } });
    await results.return();
  });

  test('more calls than the client may have open wait for their turn', async () => {
    const { client } = system();
    const inputs = counting(34_000).inputs;
    const maps = [inputs, counting(34_000).inputs].map((source) =>
      all(client.map('twice', source, { concurrency: 34_000, onFailure: 'collect', timeoutMs: 60_000 })),
    );
    for (const results of await Promise.all(maps)) {
      expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
      expect(results.map(({ value }) => value)).toEqual(Array.from({ length: 34_000 }, (_, index) => 2 * index));
    }
  });

  test('calls that would wait longer than their timeout allows are called later', async () => {
    const { client, network } = system(async (value) => {
      await network.pass(300);
      return value;
    }, 1);
    // 30 calls of 0.3 s on a server that runs one at a time take 9 s.
    const results = await all(client.map('twice', counting(30).inputs, { timeoutMs: 2_000, onFailure: 'collect' }));
    expect(results.map(({ value, error }) => value ?? error?.message)).toEqual(
      Array.from({ length: 30 }, (_, index) => index),
    );
  });
});

describe('what a map refuses', () => {
  const { client } = system();
  test.each<[string, () => unknown, RegExp]>([
    ['an unknown formula', () => client.map('thrice' as 'twice', []), /no formula is called "thrice"/],
    ['a function that is no formula', () => client.map(Math.hypot as never, []), /no formula of this client/],
    ['inputs that are not iterable', () => client.map('twice', 5 as never), /not iterable/],
    ['a misspelt option', () => client.map('twice', [], { concurency: 1 } as never), /no option "concurency"/],
    ['a concurrency of 0', () => client.map('twice', [], { concurrency: 0 }), /whole number from 1 to 65536/],
    ['another way to fail', () => client.map('twice', [], { onFailure: 'ignore' as 'throw' }), /throw or collect/],
    ['a timeout of nothing', () => client.map('twice', [], { timeoutMs: 0 }), /timeout of 0 ms/],
    ['a signal that is no AbortSignal', () => client.map('twice', [], { signal: {} as never }), /not an AbortSignal/],
  ])('a map refuses %s at once', (_what, begin, message) => {
    expect(begin).toThrow(message);
  });
});
