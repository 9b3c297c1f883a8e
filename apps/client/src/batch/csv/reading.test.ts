import { defineCatalogue, Finite, formula } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../rows/columns.ts';
import { completeBytes } from '../files/complete-lines.ts';
import { decoded } from './decode.ts';
import { records } from './records.ts';

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

/** The pieces in which a file is read. */
function read(bytes: AsyncIterable<Uint8Array>): AsyncIterable<readonly (readonly string[])[]> {
  return records(decoded(bytes, undefined), ',');
}

async function all<T>(items: AsyncIterable<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for await (const piece of items) found.push(...piece);
  return found;
}

describe('CSV', () => {
  test('CSV is read in pieces cut anywhere, with line ends of all kinds and a byte order mark', async () => {
    const text = Buffer.from('\ufeffa,b\r\n1,"é\n2"\n3,4\r\n\r\n5,6');
    async function* bytes(): AsyncGenerator<Uint8Array> {
      for (const byte of text) yield Uint8Array.of(byte);
    }
    expect(await all(read(bytes()))).toEqual([
      ['a', 'b'],
      ['1', 'é\n2'],
      ['3', '4'],
      ['5', '6'],
    ]);
  });

  test('CSV rows can have any length, and unquoted cells can contain quotes', async () => {
    expect(await all(read(pieces('a,b\n1\n1,2,3\n5" pipe,x"y"\n')))).toEqual([
      ['a', 'b'],
      ['1'],
      ['1', '2', '3'],
      ['5" pipe', 'x"y"'],
    ]);
  });

  test('a quote that never closes is reported after the rows before it', async () => {
    const found: (readonly string[])[] = [];
    const reading = (async () => {
      for await (const piece of read(pieces('a,b\n1,2\n3,"4\n5,6\n'))) found.push(...piece);
    })();
    await expect(reading).rejects.toThrow('line 3: the quote that opens here never closes');
    expect(found).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });

  test.each([
    ['a quote that is never closed', 'a,b\n1,"2\n', 'line 2: the quote that opens here does not close within'],
    ['a line without end', 'a,b\n1,2', 'line 2: it has more than'],
  ])('%s does not make the reader swallow an endless file', async (_what, start, message) => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(start);
      // More than a bounded reader reads, but finite, so that a reader without a bound fails and does not hang.
      while (given < 400) {
        given += 1;
        yield Buffer.from(`${'x'.repeat(65_535)}${start.endsWith('\n') ? '\n' : 'x'}`);
      }
    }
    await expect(all(read(endless()))).rejects.toThrow(message);
    expect(given).toBeLessThan(200);
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
  ])('the operand columns of the header %j are %j, by %s', (header, indexes, by) => {
    expect(columnsOf(leg, header.split(','))).toEqual({ indexes, by });
  });

  test.each([
    ['a,b', 'the header (a, b) has no column c; leg takes c, a'],
    ['c,a,c', 'the header has 2 columns "c"'],
    ['C,C,a', 'the header has 2 columns "c"'],
    [
      'x',
      'the header has 1 of the 2 columns that leg takes: c, a; it is "x", and --delimiter says what separates columns',
    ],
    ['5,3', 'the first row must name the columns, and it looks like values: 5, 3'],
  ])('an ambiguous header %j is refused', (header, message) => {
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
  ])('the complete lines of %j end at byte %d', async (text, end) => {
    expect(await completeBytes(pieces(text))).toBe(end);
    expect(await completeBytes(pieces(...text))).toBe(end);
  });
});
