import { Bytes, defineCatalogue, exposed, Finite, operation } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { simulate } from './testing/simulate.ts';

/* More large values at once than a server may have in flight from one requester. */

const File = Bytes({ max: 1_000_000 });
const reversed = operation({
  name: 'reversed',
  description: 'A file, from its end to its beginning.',
  input: File,
  output: File,
  example: { input: Uint8Array.of(1, 2), output: Uint8Array.of(2, 1) },
  work: { fallback: 'never' },
});
const next = operation({
  name: 'next',
  description: 'The next number.',
  input: Finite,
  output: Finite,
  example: { input: 1, output: 2 },
});
const catalogue = defineCatalogue({
  operations: { reversed, next },
  formulas: { reversed: exposed(reversed), next: exposed(next) },
});

function fileOf(mark: number): Uint8Array {
  const file = new Uint8Array(1_000_000);
  file[0] = mark;
  return file;
}

describe('a burst of 24 values of a megabyte', () => {
  const runs = new Map<number, number>();
  const handlers = {
    reversed: (file: Uint8Array) => {
      const mark = file[0] ?? 0;
      runs.set(mark, (runs.get(mark) ?? 0) + 1);
      return file.toReversed();
    },
    next: (n: number) => n + 1,
  };

  test.each([false, true])('all are answered right; a broker dies meanwhile: %s', async (dies) => {
    runs.clear();
    const network = simulate({ seed: 7 });
    network.serve({ catalogue, handlers });
    network.serve({ catalogue, handlers, formulas: {} });
    const client = network.connect({ catalogue, timeoutMs: 60_000 });
    const other = network.connect({ catalogue });
    await Promise.all([client.next(1), other.next(1)]);
    const files = Array.from({ length: 24 }, (_, mark) => client.reversed(fileOf(mark)));
    const small = await other.next(41);
    if (dies) network.crash('broker');
    const answers = await Promise.all(files);
    expect(small.value).toBe(42);
    expect(answers.map(({ value }) => value[999_999])).toEqual(answers.map((_, mark) => mark));
    if (!dies) expect([...runs.values()].every((count) => count === 1)).toBe(true);
    expect((await client.next(1)).value).toBe(2);
  });
});
