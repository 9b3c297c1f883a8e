import { expect, test } from 'vitest';
import { closest } from './closest.ts';

const words = ['diagonal', 'hypotenuse', 'leg'];

test.each([
  ['hypotenus', 'hypotenuse'],
  ['hipotenusa', 'hypotenuse'],
  ['HYPOTENUSE', 'hypotenuse'],
  ['lег', undefined],
  ['leg2', 'leg'],
  ['diag', undefined],
  ['', undefined],
])('the mistyped word %j most likely means %s', (word, meant) => {
  expect(closest(word, words)).toBe(meant);
});
