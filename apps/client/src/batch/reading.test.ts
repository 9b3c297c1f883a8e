import { defineCatalogue, Finite, formula } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { columnsOf } from './columns.ts';
import { completeBytes } from './complete-lines.ts';
import { records } from './records.ts';

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function all<T>(items: AsyncIterable<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for await (const piece of items) found.push(...piece);
  return found;
}

describe('CSV', () => {
  test('is read in pieces cut anywhere, with line ends of all kinds and a byte order mark', async () => {
    const text = Buffer.from('\ufeffa,b\r\n1,"é\n2"\n3,4\r\n\r\n5,6');
    async function* bytes(): AsyncGenerator<Uint8Array> {
      for (const byte of text) yield Uint8Array.of(byte);
    }
    expect(await all(records(bytes()))).toEqual([
      ['a', 'b'],
      ['1', 'é\n2'],
      ['3', '4'],
      ['5', '6'],
    ]);
  });

  test('rows may be of any length, and quotes stand inside cells', async () => {
    expect(await all(records(pieces('a,b\n1\n1,2,3\n5" pipe,"x"y\n')))).toEqual([
      ['a', 'b'],
      ['1'],
      ['1', '2', '3'],
      ['5" pipe', '"x"y'],
    ]);
  });

  test('a quote that is never closed comes after the rows before it', async () => {
    const read: (readonly string[])[] = [];
    const reading = (async () => {
      for await (const piece of records(pieces('a,b\n1,2\n3,"4\n5,6\n'))) read.push(...piece);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'CSV_QUOTE_NOT_CLOSED' });
    expect(read).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });

  test('a quote that is never closed does not swallow a file without end', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a,b\n1,"2');
      // More than is ever read, and still an end, so that a reader without a bound fails and does not hang.
      while (given < 40) {
        given += 1;
        yield Buffer.alloc(65_536, 'x');
      }
    }
    await expect(all(records(endless()))).rejects.toMatchObject({ code: 'CSV_MAX_RECORD_SIZE' });
    expect(given).toBeLessThan(20);
  });
});

describe('the columns of the operands', () => {
  const leg = formula({
    name: 'leg',
    description: 'A leg.',
    operands: [
      ['c', Finite],
      ['a', Finite],
    ],
    output: Finite,
    example: { operands: [5, 3], output: 4 },
  });
  defineCatalogue({ operations: {}, formulas: { leg } });

  test.each([
    ['a,b,c', [2, 0], 'name'],
    ['id, A ,C', [2, 1], 'name'],
    ['C,a,c,A', [2, 1], 'name'],
    ['hypotenuse,leg,note', [0, 1], 'position'],
    ['"1",x', [0, 1], 'position'],
  ])('of %j are %j, by %s', (header, indexes, by) => {
    expect(columnsOf(leg, header.split(','))).toEqual({ indexes, by });
  });

  test.each([
    ['a,b', 'the header (a, b) has no column c; leg takes c, a'],
    ['c,a,c', 'the header has 2 columns "c"'],
    ['C,C,a', 'the header has 2 columns "c"'],
    ['x', 'the header has 1 of the 2 columns that leg takes: c, a'],
    ['5,3', 'the first row must name the columns, and it looks like values: 5, 3'],
  ])('of %j are refused rather than guessed', (header, message) => {
    expect(() => columnsOf(leg, header.split(','))).toThrow(expect.objectContaining({ message, exitCode: 2 }) as Error);
  });
});

describe('the complete lines of a file', () => {
  test.each([
    ['', 0],
    ['a,b', 0],
    ['a,b\n', 4],
    ['a,b\n1,2', 4],
    ['a,b\n1,"x\ny"\n', 12],
    ['a,b\n1,"x\ny', 4],
    ['a,b\n1,"x""\n', 4],
    ['a,b\n"""",2\n3', 11],
  ])('of %j end at byte %d', async (text, end) => {
    expect(await completeBytes(pieces(text))).toBe(end);
    expect(await completeBytes(pieces(...text))).toBe(end);
  });
});
