import { expect, test } from 'vitest';
import { takeCatalogue } from './take-catalogue.ts';

test.each([
  [['status', '--catalogue', './a.js', '--json'], './a.js', ['status', '--json']],
  [['--catalogue=b', 'hypotenuse', '3', '4'], 'b', ['hypotenuse', '3', '4']],
  [['hypotenuse', '3', '4'], undefined, ['hypotenuse', '3', '4']],
  [['status', '--catalogue'], undefined, ['status', '--catalogue']],
  [['echo', '--', '--catalogue', 'x'], undefined, ['echo', '--', '--catalogue', 'x']],
  [['echo', '--catalogue', '--', 'x'], undefined, ['echo', '--catalogue', '--', 'x']],
])('the arguments %j give the catalogue %j', (args, given, rest) => {
  expect(takeCatalogue(args)).toEqual({ given, rest });
});
