import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pathSeparator, scanJson } from './json-scan.ts';
import { parseJson } from './json-source.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('a text has a fault for the scan exactly when JSON.parse refuses it', () => {
  const json = fc.json({ maxDepth: 4 });
  const broken = fc.tuple(
    json,
    fc.nat(),
    fc.nat(3),
    fc.constantFrom('', ',', ':', '"', '{', ']', '0', '-', ' ', '\\', 'é', '\n'),
  );
  fc.assert(
    fc.property(broken, ([text, at, removed, put]) => {
      const index = at % (text.length + 1);
      const changed = text.slice(0, index) + put + text.slice(index + removed);
      const { fault } = scanJson(changed);
      if (fault?.isTwice !== true) expect([changed, fault === undefined]).toEqual([changed, isJson(changed)]);
    }),
    { numRuns: 3_000 },
  );
});

test('every value of a text has its offset', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.array(fc.integer(), { maxLength: 3 })), (value) => {
      const text = JSON.stringify(value, null, 1);
      const { offsets } = scanJson(text);
      for (const [name, list] of Object.entries(value)) {
        for (const [index, number] of list.entries()) {
          const at = offsets.get([name, index].map((step) => pathSeparator + String(step)).join('')) ?? Number.NaN;
          expect(Number.parseInt(text.slice(at), 10)).toBe(number);
        }
      }
    }),
  );
});

test.each([
  ['{"a":1,"b":{"a":2}}', undefined],
  ['{"a":[{"b":1}, {"b":1,\n"b":1}]}', 'a[1].b'],
  [String.raw`{"a":1,"\u0061":1}`, 'a'],
  ['{"a:a":1,"a\\":":":"}', undefined],
])('a member that occurs twice is found, however it is written: %s', (text, field) => {
  const parsed = parseJson(text);
  expect('faults' in parsed ? parsed.faults.map((fault) => fault.field) : [undefined]).toEqual([field]);
});

test.each([
  ['[', 100_000],
  ['{"a":', 100_000],
  ['[', 20],
])('a text of nested %s is refused, however deep it is', (open, times) => {
  const close = open === '[' ? ']' : '}';
  for (const text of [open.repeat(times), open.repeat(times) + (open === '[' ? '' : '1') + close.repeat(times)]) {
    expect(parseJson(text)).toEqual({ faults: [{ field: '', line: 1, message: 'it is nested too deeply' }] });
  }
});
