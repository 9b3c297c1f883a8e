import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsvReader } from './csv-reader.ts';
import type { Cells } from './cells.ts';

function readAll(pieces: readonly string[], delimiter = ','): Cells[] {
  const reader = new CsvReader(delimiter);
  const found: Cells[] = [];
  for (const piece of pieces) reader.push(piece, found);
  reader.end(found);
  return found;
}

/** The text, cut at any places. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...at].map((from, index) => text.slice(from, at[index]));
}

describe('a CSV reader', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '7', ' ', '"', ',', ';', '\t', '\r', '\n', 'é', '😀') });
  const table = fc
    .integer({ min: 2, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));
  const breaks = fc.constantFrom('\n', '\r\n', '\r');

  test('the CSV reader reads every written table, cut anywhere, as csv-parse does', () => {
    fc.assert(
      fc.property(
        table,
        breaks,
        fc.constantFrom(',', ';', '\t'),
        fc.array(fc.nat()),
        (rows, lineEnd, delimiter, places) => {
          const text = stringify(rows, { delimiter, record_delimiter: lineEnd, quoted_match: /[\r\n]/ });
          expect(readAll(cut(text, places), delimiter)).toEqual(rows);
          expect(parse(text, { delimiter, record_delimiter: lineEnd })).toEqual(rows);
        },
      ),
    );
  });

  test('the CSV reader returns a row as soon as its line is complete, whatever its line end', () => {
    const reader = new CsvReader(',');
    const found: Cells[] = [];
    const pushed = (text: string): readonly Cells[] => {
      reader.push(text, found);
      return found.splice(0);
    };
    expect(pushed('a,b\n')).toEqual([['a', 'b']]);
    expect(pushed('1,"2"\n')).toEqual([['1', '2']]);
    expect(pushed('3,4\r')).toEqual([['3', '4']]);
    expect(pushed('\n')).toEqual([]);
    expect(pushed('"5\n')).toEqual([]);
    expect(pushed('",6\r\n')).toEqual([['5\n', '6']]);
  });

  test('the CSV reader ignores empty lines, and keeps empty cells', () => {
    expect(readAll(['\n\na,b\n\r\n\n,\n1,\n""\n\n\n'])).toEqual([['a', 'b'], ['', ''], ['1', ''], ['']]);
  });
});

describe('a stray quote', () => {
  const opens = 'the quote that opens here';
  const twice = 'a quote inside a quoted cell is written twice';
  test.each([
    [
      'that a later cell closes',
      'id,a,b\n"unbalanced,3,4\nx,5,6\n"y",7,8\n',
      `line 2: a quote opens here, and the quote that closes it in line 4 is followed by "y\\",7,8\\n"; ${twice}`,
    ],
    [
      'that a cell in its own line closes',
      'a,b\n1,2\n"3"x,4\n',
      `line 3: a quote opens here, and the quote that closes it is followed by "x,4\\n"; ${twice}`,
    ],
    ['that nothing closes', 'id,a,b\r\n\r\n"unbalanced,3,4\r\n5,6,7\r\n', `line 3: ${opens} never closes`],
    ['in the last cell', 'a,b\n1,"2', `line 2: ${opens} never closes`],
    ['in the header', '"a,b\n1,2\n', `line 1: ${opens} never closes`],
    [
      'that an inch in the next line closes',
      'id,a,b\n"x,3,4\ny 5",6\n',
      `line 2: ${opens} closes in line 3, and the row has 2 columns, not 3`,
    ],
    [
      'that a quoted cell closes which begins with a delimiter',
      'id,a,b\n"x,3,4\ny,",5",6\n',
      `line 2: ${opens} closes in line 3, and the row has another stray quote`,
    ],
    ['behind a cell of several lines', 'a,b\n"1\n\r\n2",3\n"4,5\n', `line 5: ${opens} never closes`],
    ['behind lines that end in CR', 'a,b\r1,2\r"3,4\r', `line 3: ${opens} never closes`],
  ])('a stray quote %s is reported with the line where it opens', (_what, text, message) => {
    expect(() => readAll([text])).toThrow(expect.objectContaining({ message, exitCode: 1 }) as Error);
    expect(() => readAll([...text])).toThrow(
      expect.objectContaining({
        message: message.replace(/"y\\",7,8\\n"|"x,4\\n"/, (shown) => `"${shown[1]}"`),
      }) as Error,
    );
  });

  test('a quote inside an unquoted cell is a character', () => {
    expect(readAll(['a,b\n5" pipe,6"\nx,"say ""hi"""\n'])).toEqual([
      ['a', 'b'],
      ['5" pipe', '6"'],
      ['x', 'say "hi"'],
    ]);
  });
});
