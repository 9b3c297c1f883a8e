import { expect, test } from 'vitest';
import { catalogue, formulas, handlers } from './double.test-support.ts';
import { simulate } from './testing/simulate.ts';

/* Signals of other libraries, or Proxies, that only have the names of an AbortSignal. */

const plain = {
  aborted: false,
  reason: undefined,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
};

function refuse(): never {
  throw new Error('no');
}

/** @returns a signal with a property that can be read this many times, and throws afterwards */
function readable(name: string, times: number, value: unknown): object {
  let left = times;
  return Object.defineProperty({ ...plain }, name, { get: () => (left-- > 0 ? value : refuse()) });
}

const lying: readonly [string, 'invalid-request' | 'cancelled' | undefined, () => object][] = [
  ['whose state throws when it is read again', 'invalid-request', () => readable('aborted', 1, false)],
  ['whose state throws when it is read after its listener was added', undefined, () => readable('aborted', 2, false)],
  ['that refuses listeners', 'invalid-request', () => ({ ...plain, addEventListener: refuse })],
  ['that does not remove listeners', undefined, () => ({ ...plain, removeEventListener: refuse })],
  [
    'that has aborted for a reason that throws',
    'cancelled',
    () => Object.assign(readable('reason', 0, ''), { aborted: true }),
  ],
  [
    'that calls its listener at once',
    'cancelled',
    () => ({ ...plain, addEventListener: (_: unknown, run: () => void) => run() }),
  ],
];

test.each(lying)('a signal %s affects only its own call', async (_what, code, make) => {
  const network = simulate();
  network.serve({ catalogue, handlers, formulas });
  const client = network.connect({ catalogue });
  const [one, other] = [client.twice(1, { signal: make() as never }), client.twice(2)];
  if (code === undefined) expect((await one).value).toBe(2);
  else await expect(one).rejects.toMatchObject({ name: 'RequestError', code });
  expect((await other).value).toBe(4);
});
