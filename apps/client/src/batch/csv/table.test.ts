import { describe, expect, test } from 'vitest';
import type { Cells } from './cells.ts';
import { openTable } from './table.ts';

async function* texts(...pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}

async function read(pieces: readonly string[], names: readonly string[] = ['a', 'b'], delimiter?: string) {
  const table = await openTable({ texts: texts(...pieces), delimiter, names });
  const rows: Cells[] = [];
  for await (const piece of table.records) rows.push(...piece);
  return { delimiter: table.delimiter, rows };
}

describe('the delimiter of a table', () => {
  test.each([
    ['a comma', 'a,b\n1,2\n', ','],
    ['a semicolon', 'a;b\n1;2\n', ';'],
    ['a tab', 'a\tb\n1\t2\n', '\t'],
    ['a bar', 'a|b\n1|2\n', '|'],
    ['the one that makes columns of the names', 'x;y,b,A\n', ','],
    ['the one that makes columns of the names, in quotes', '"x;y",b,a\n', ','],
    ['the one that is there when no name is', 'leg 1;leg 2\n', ';'],
    ['a comma that the text does not contain', 'a\n', ','],
    ['a comma where there is nothing', '', ','],
    ['a semicolon behind empty lines', '\r\n\r\na;b\r\n1;2\r\n', ';'],
    ['a semicolon beside a cell of several lines', '"x\ny, z";a;b\n', ';'],
  ])('the delimiter of a table is found: %s', async (_what, text, delimiter) => {
    expect((await read([text])).delimiter).toBe(delimiter);
    expect((await read([...text])).delimiter).toBe(delimiter);
  });

  test.each([
    ['sep=;\na;b\n1;2\n', ';'],
    ['SEP=,\r\na,b\r\n1,2\r\n', ','],
    ['"sep=#"\ra#b\r1#2\r', '#'],
  ])('a first line %j sets the delimiter and is not a row', async (text, delimiter) => {
    const expected = {
      delimiter,
      rows: [
        ['a', 'b'],
        ['1', '2'],
      ],
    };
    expect(await read([text])).toEqual(expected);
    expect(await read([...text])).toEqual(expected);
  });

  test('--delimiter decides, whatever the header looks like', async () => {
    expect(await read(['x,a:b\n'], ['a', 'b'], ':')).toEqual({ delimiter: ':', rows: [['x,a', 'b']] });
    expect(await read(['sep=;\nx,a:b\n'], ['a', 'b'], ':')).toEqual({ delimiter: ':', rows: [['x,a', 'b']] });
  });

  test.each(['x,y;z\n', 'a,b;a\tb,a\n'])('the delimiter is not guessed where several fit: %j', async (text) => {
    await expect(read([text])).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('--delimiter says') as string,
    });
  });

  test('the delimiter is known when the header is complete, without a row', async () => {
    async function* waiting(): AsyncGenerator<string> {
      yield 'a;b\n';
      await new Promise(() => undefined);
    }
    expect((await openTable({ texts: waiting(), delimiter: undefined, names: [] })).delimiter).toBe(';');
  });

  test('a stray quote in the header is reported with its line', async () => {
    await expect(read(['sep=;\n"a;b\n1;2\n'])).rejects.toThrow('line 2: the quote that opens here never closes');
  });
});
