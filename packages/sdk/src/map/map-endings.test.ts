import { describe, expect, test } from 'vitest';
import { catalogue, formulas } from '../double.test-support.ts';
import { all, counting, errorOf, never, system } from './map.test-support.ts';

/* How a map ends: its loop is left, a call fails, its source throws, its signal aborts, its client closes. */

describe('the early end of a map', () => {
  test('leaving the loop cancels the calls in flight and ends the source', async () => {
    const { client, network, seen } = system((value) => (value < 3 ? value : never()));
    const source = counting();
    for await (const { index } of client.map('twice', source.inputs, { concurrency: 4 })) if (index === 2) break;
    expect(source.ended).toBe(true);
    await network.pass(100);
    expect(seen.aborted.toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6]);
    expect(source.taken).toBe(7);
  });

  test('leaving the loop does not wait for a source that is silent', async () => {
    const { client } = system();
    async function* silent(): AsyncGenerator<readonly [number]> {
      yield [1];
      await never();
    }
    for await (const { value } of client.map('twice', silent())) {
      expect(value).toBe(2);
      break;
    }
  });

  test('an error that a source throws after the loop has ended is not an unhandled rejection', async () => {
    const { client } = system();
    const unhandled: unknown[] = [];
    const listen = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', listen);
    let goOn = (): void => undefined;
    const left = new Promise<void>((resolve) => void (goOn = resolve));
    async function* torn(): AsyncGenerator<readonly [number]> {
      try {
        yield [1];
        await left;
        yield [2];
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- the fault of a program
        throw new Error('torn at its end');
      }
    }
    try {
      for await (const { value } of client.map('twice', torn())) if (value === 2) break;
      goOn();
      await new Promise((resolve) => void setImmediate(resolve));
    } finally {
      process.off('unhandledRejection', listen);
    }
    expect(unhandled).toEqual([]);
  });

  test.each([
    ['no object', (): unknown => undefined],
    [
      'an object that cannot be read',
      (): unknown => ({
        get done() {
          throw new TypeError('unread');
        },
      }),
    ],
  ])('a source whose step is %s ends the map with an error', async (_what, step) => {
    const { client } = system();
    const inputs = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(step()) }) };
    await expect(client.map('twice', inputs as AsyncIterable<[number]>).next()).rejects.toThrow(TypeError);
  });

  test('a failed call ends the map with an error that names its input; results before it are returned, the rest is cancelled', async () => {
    let goOn = (): void => undefined;
    const returned = new Promise<void>((resolve) => void (goOn = resolve));
    const { client, network, seen } = system(async (value) => {
      if (value < 2) return value;
      if (value > 2) return never();
      await returned;
      throw new Error('two');
    });
    const source = counting();
    const values: number[] = [];
    const read = async (): Promise<void> => {
      for await (const { value } of client.map('twice', source.inputs, { concurrency: 5 })) {
        values.push(value);
        if (value === 1) goOn();
      }
    };
    const error = await errorOf(read());
    expect(error).toMatchObject({ code: 'internal', index: 2, message: expect.stringMatching(/^input 2: double: /) });
    expect(error.cause).toMatchObject({ code: 'internal', id: error.id });
    expect([values, source.ended]).toEqual([[0, 1], true]);
    await network.pass(100);
    expect(seen.aborted.toSorted((a, b) => a - b)).toEqual(
      seen.begun.filter((value) => value > 2).toSorted((a, b) => a - b),
    );
    expect(seen.aborted.length).toBeGreaterThan(0);
  });

  test('a map rejects with its error once, and then its results have ended', async () => {
    const { client } = system(() => {
      throw new Error('always');
    });
    const results = client.map('twice', [[1]]);
    await expect(results.next()).rejects.toMatchObject({ index: 0 });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test('collected failures stand beside the answers, as `safe` returns them', async () => {
    const { client } = system((value) => {
      if (value === 1) throw new Error('one');
      return value;
    });
    const results = await all(client.map('twice', counting(3).inputs, { onFailure: 'collect' }));
    expect(results).toMatchObject([
      { index: 0, value: 0, error: undefined },
      { index: 1, value: undefined, error: { code: 'internal' } },
      { index: 2, value: 2, error: undefined },
    ]);
  });

  test('operands that do not fit are the failure of their input', async () => {
    const { client } = system();
    const inputs = [[1], ['two'], 3, [4, 5]] as unknown as [number][];
    const results = await all(client.map('twice', inputs, { onFailure: 'collect' }));
    expect(results.map(({ value, error }) => value ?? error?.code)).toEqual([
      2,
      ...Array<string>(3).fill('invalid-request'),
    ]);
  });

  test('the error of a source comes after the results of all inputs before it', async () => {
    const { client, network } = system(async (value) => {
      await network.pass(100);
      return value;
    });
    function* torn(): Generator<readonly [number]> {
      yield [1];
      yield [2];
      throw new Error('torn');
    }
    const values: number[] = [];
    const read = async (): Promise<void> => {
      for await (const { value } of client.map('twice', torn())) values.push(value);
    };
    await expect(read()).rejects.toThrow(/^torn$/);
    expect(values).toEqual([1, 2]);
  });

  test('an abort cancels the calls in flight; results that are there are returned, then the map rejects', async () => {
    const { client, network, seen } = system((value) => (value === 3 ? never() : value));
    const ending = new AbortController();
    const source = counting();
    const results = client.map('twice', source.inputs, { concurrency: 6, signal: ending.signal });
    await results.next();
    await network.pass(1_000);
    ending.abort(new Error('enough'));
    const rest: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const { index } of results) rest.push(index);
    };
    const error = await errorOf(read());
    expect(error).toMatchObject({ code: 'cancelled', cause: { message: 'enough' } });
    expect([rest, source.ended]).toEqual([[1, 2], true]);
    await network.pass(100);
    expect(seen.aborted).toEqual([3]);
  });

  test('a signal that has aborted lets the map take nothing from its source', async () => {
    const { client } = system();
    const source = counting();
    const results = client.map('twice', source.inputs, { signal: AbortSignal.abort() });
    await expect(results.next()).rejects.toMatchObject({ code: 'cancelled' });
    expect(source.taken).toBe(0);
  });

  test.each(['throw', 'collect'] as const)(
    'closing the client ends a map of an endless source (%s)',
    async (onFailure) => {
      const { client, network } = system((value) => (value > 5 ? never() : value));
      const source = counting();
      const read = errorOf(all(client.map('twice', source.inputs, { onFailure, concurrency: 4 })));
      await network.pass(500);
      await client.close();
      expect(await read).toMatchObject({ code: 'cancelled', message: 'the connection was closed' });
      expect(source.ended).toBe(true);
      expect(() => client.map('twice', [])).toThrow(/the connection was closed/);
    },
  );

  test('a map whose server crashes goes on with another one, and computes everything', async () => {
    const { client, network } = system(async (value) => {
      await network.pass(20);
      return value;
    });
    network.serve({ catalogue, handlers: { double: (value) => value }, formulas, host: 'other' });
    const values: number[] = [];
    for await (const { index, value } of client.map('twice', counting(200).inputs, { concurrency: 16 })) {
      values.push(value);
      if (index === 20) network.crash('server');
    }
    expect(values).toEqual(Array.from({ length: 200 }, (_, index) => index));
  });
});
