import { expect, onTestFinished, test } from 'vitest';
import { catalogue, formulas } from './double.test-support.ts';
import { simulate } from './testing/simulate.ts';

/* Handlers that damage the context they receive, or return more than a value. */

type Context = Record<string, unknown>;

const spoilers: readonly [string, (context: Context) => unknown][] = [
  ['gives it another id, which throws', (context) => defineThrower(context, 'id')],
  ['says otherwise whether it is over, and throws', (context) => defineThrower(context, 'isOver')],
  ['gives it another time left, which throws', (context) => defineThrower(context, 'leftMs')],
  ['gives it another signal, which throws', (context) => (void context.signal, defineThrower(context, 'signal'))],
  [
    'gives it a deadline that is no number',
    (context) => Object.defineProperty(context, 'deadlineMs', { value: Number.NaN }),
  ],
  ['writes over what it finds in it', (context) => overwritten(context)],
];

function defineThrower(context: Context, name: string): void {
  Object.defineProperty(context, name, {
    get: () => {
      throw new Error('no');
    },
  });
}

function overwritten(context: Context): void {
  void context.signal;
  for (const name of Object.getOwnPropertyNames(context)) context[name] = undefined;
}

const [fails, hangs, works] = [1, 2, 3];

test.each(spoilers)('a handler that takes its context and %s does not harm other handlers', async (_what, spoil) => {
  const stray: unknown[] = [];
  const note = (reason: unknown): void => void stray.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  for (const operations of [undefined, [] as const]) {
    const network = simulate();
    const double = (value: number, context: object): number | Promise<number> => {
      if (value === works) return 2 * value;
      spoil(context as Context);
      return value === hangs ? new Promise<number>(() => undefined) : Promise.reject(new Error('broken'));
    };
    network.serve({ catalogue, formulas, handlers: { double }, operations });
    const client = network.connect({ catalogue });
    await expect(client.twice(fails)).rejects.toMatchObject({ code: 'internal' });
    await expect(client.twice(hangs, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'deadline-exceeded' });
    expect((await client.twice(works)).value).toBe(2 * works);
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(stray).toEqual([]);
});

test('the server awaits a function with a `then` that a handler returns', async () => {
  const network = simulate();
  const later = Object.assign(() => undefined, { then: (done: (value: number) => void) => done(42) });
  network.serve({ catalogue, formulas, handlers: { double: () => later as never } });
  expect((await network.connect({ catalogue }).twice(1)).value).toBe(42);
});
