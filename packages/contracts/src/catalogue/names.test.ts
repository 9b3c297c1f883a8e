import { expect, test } from 'vitest';
import { assertName, isName, namePattern } from './names.ts';

const shape = new RegExp(`^${namePattern}$`);

test('a name is a lower-case letter followed by up to 31 letters or digits', () => {
  for (const name of ['a', 'square', 'sumOf2', 'x'.repeat(32)]) expect(isName(name), name).toBe(true);
  for (const name of ['', 'Square', '2nd', 'a-b', 'a_b', 'a.b', 'é', 'a\n', ' a', 'x'.repeat(33)]) {
    expect(isName(name), name).toBe(false);
  }
});

test('a property that every object or every promise has cannot be a name', () => {
  const inherited = [Object.prototype, Promise.prototype].flatMap((prototype) => Object.getOwnPropertyNames(prototype));
  for (const name of inherited.filter((property) => shape.test(property))) expect(isName(name), name).toBe(false);
});

test.each([
  'request',
  'result',
  'hello',
  'broker',
  'status',
  'then',
  'close',
  'call',
  'batch',
  'watch',
  'help',
  'map',
  'safe',
  'metrics',
  'events',
  'beat',
  'cancel',
  'event',
])('the word %s is reserved', (word) => {
  expect(isName(word)).toBe(false);
  expect(() => assertName('formula', word)).toThrow(new TypeError(`formula "${word}": the name is a reserved word`));
});

test('a word that only begins with a reserved word is allowed', () => {
  for (const name of ['requested', 'callIt', 'thenSome']) expect(isName(name), name).toBe(true);
});

test('a malformed name is refused with the kind, the name and the rule', () => {
  expect(() => assertName('operation', 'Square')).toThrow(TypeError);
  expect(() => assertName('operation', 'Square')).toThrow(/^operation "Square": a name is a lower-case letter/);
});
