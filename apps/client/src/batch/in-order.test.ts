import { describe, expect, test } from 'vitest';
import { inOrder } from './in-order.ts';

/** Work that the test finishes by hand. */
function workshop() {
  const open = new Map<number, { resolve: (result: string) => void; reject: (error: unknown) => void }>();
  return {
    open,
    work: (item: number) => new Promise<string>((resolve, reject) => open.set(item, { resolve, reject })),
    finish(item: number): void {
      open.get(item)?.resolve(`r${item}`);
      open.delete(item);
    },
  };
}

/** One item in each piece by default. */
async function* counting(to: number, read: number[] = []): AsyncGenerator<readonly number[]> {
  for (let item = 1; item <= to; item += 1) {
    read.push(item);
    yield [item];
  }
}

/** Lets everything happen that needs no further input. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const wide = { concurrency: 10, window: 100, signal: new AbortController().signal };

/** Collects the results, and how the run ends. */
function collect<R>(runs: AsyncGenerator<readonly R[]>): { results: R[]; ended: Promise<unknown> } {
  const results: R[] = [];
  const read = async (): Promise<string> => {
    for await (const run of runs) results.push(...run);
    return 'ended';
  };
  return { results, ended: read().catch((error: unknown) => error) };
}

describe('results', () => {
  test('results come in the order of the items, in whatever order the work ends', async () => {
    const shop = workshop();
    const { results, ended } = collect(inOrder(counting(4), shop.work, wide));
    await settled();
    for (const item of [3, 4, 2]) shop.finish(item);
    await settled();
    expect(results).toEqual([]);
    shop.finish(1);
    expect(await ended).toBe('ended');
    expect(results).toEqual(['r1', 'r2', 'r3', 'r4']);
  });

  test('no items give no results', async () => {
    const { results, ended } = collect(inOrder(counting(0), workshop().work, wide));
    expect(await ended).toBe('ended');
    expect(results).toEqual([]);
  });

  test('results are returned while the items are still being read', async () => {
    const shop = workshop();
    async function* endless(): AsyncGenerator<readonly number[]> {
      yield [1];
      await new Promise(() => undefined);
    }
    const { results } = collect(inOrder(endless(), shop.work, wide));
    await settled();
    shop.finish(1);
    await settled();
    expect(results).toEqual(['r1']);
  });
});

test('room for all results of one turn is filled at once, so that the new work can travel together', async () => {
  const shop = workshop();
  const turns: number[] = [];
  let begun = 0;
  const work = (item: number): Promise<string> => {
    if (begun === 0)
      queueMicrotask(() => {
        turns.push(begun);
        begun = 0;
      });
    begun += 1;
    return shop.work(item);
  };
  async function* onePiece(): AsyncGenerator<readonly number[]> {
    yield Array.from({ length: 20 }, (_, index) => index + 1);
  }
  const { results } = collect(inOrder(onePiece(), work, wide));
  await settled();
  for (const item of [1, 2, 3, 4]) {
    shop.finish(item);
    // Still the same turn, as when one message with four results is decoded.
    for (let step = 0; step < 20; step += 1) await Promise.resolve();
  }
  await settled();
  expect(turns).toEqual([10, 4]);
  expect(results).toHaveLength(4);
});

describe('bounds', () => {
  test('at most `concurrency` items are worked on at once', async () => {
    const shop = workshop();
    const read: number[] = [];
    collect(inOrder(counting(100, read), shop.work, { ...wide, concurrency: 3 }));
    await settled();
    expect([...shop.open.keys()]).toEqual([1, 2, 3]);
    shop.finish(2);
    await settled();
    expect([...shop.open.keys()]).toEqual([1, 3, 4]);
    // One item is read ahead, and no more.
    expect(read).toHaveLength(5);
  });

  test('at most `window` items are held for a slow one', async () => {
    const shop = workshop();
    const read: number[] = [];
    const { results } = collect(inOrder(counting(100, read), shop.work, { ...wide, concurrency: 3, window: 5 }));
    for (let round = 0; round < 20; round += 1) {
      await settled();
      for (const item of shop.open.keys()) if (item > 1) shop.finish(item);
    }
    expect(read).toHaveLength(6);
    expect(results).toEqual([]);
    shop.finish(1);
    await settled();
    expect(results).toEqual(['r1', 'r2', 'r3', 'r4', 'r5']);
  });

  test('a slow reader does not enlarge the window', async () => {
    const shop = workshop();
    const read: number[] = [];
    const runs = inOrder(counting(100, read), shop.work, { ...wide, concurrency: 3, window: 5 });
    const first = runs.next();
    for (let round = 0; round < 20; round += 1) {
      await settled();
      for (const item of shop.open.keys()) shop.finish(item);
    }
    await first;
    expect(read.length).toBeLessThanOrEqual(12);
    await runs.return(undefined);
  });
});

describe('an early end', () => {
  test('after an abort, the results before the first unfinished item are returned', async () => {
    const shop = workshop();
    const ending = new AbortController();
    const { results, ended } = collect(inOrder(counting(9), shop.work, { ...wide, signal: ending.signal }));
    await settled();
    for (const item of [1, 2, 4]) shop.finish(item);
    ending.abort();
    expect(await ended).toBe('ended');
    expect(results).toEqual(['r1', 'r2']);
  });

  test('an abort does not wait for a silent input', async () => {
    const ending = new AbortController();
    async function* silent(): AsyncGenerator<readonly number[]> {
      await new Promise(() => undefined);
    }
    const { ended } = collect(inOrder(silent(), workshop().work, { ...wide, signal: ending.signal }));
    ending.abort();
    expect(await ended).toBe('ended');
  });

  test('no more items are read after the reader stops', async () => {
    const shop = workshop();
    const read: number[] = [];
    const runs = inOrder(counting(100, read), shop.work, { ...wide, concurrency: 2 });
    const first = runs.next();
    await settled();
    shop.finish(1);
    expect((await first).value).toEqual(['r1']);
    await runs.return(undefined);
    shop.finish(2);
    await settled();
    expect(read.length).toBeLessThanOrEqual(4);
  });
});

describe('a fault', () => {
  test('an error of the input comes after the results of all items before it', async () => {
    const shop = workshop();
    async function* torn(): AsyncGenerator<readonly number[]> {
      yield* counting(2);
      throw new Error('torn');
    }
    const { results, ended } = collect(inOrder(torn(), shop.work, wide));
    await settled();
    shop.finish(2);
    shop.finish(1);
    expect(await ended).toMatchObject({ message: 'torn' });
    expect(results).toEqual(['r1', 'r2']);
  });

  test('an error of the work comes in its item’s place', async () => {
    const shop = workshop();
    const { results, ended } = collect(inOrder(counting(3), shop.work, wide));
    await settled();
    shop.open.get(2)?.reject(new Error('a bug'));
    shop.finish(3);
    await settled();
    expect(results).toEqual([]);
    shop.finish(1);
    expect(await ended).toMatchObject({ message: 'a bug' });
    expect(results).toEqual(['r1']);
  });
});
