import { expect, test } from 'vitest';
import { eventText } from './log.ts';
import { routesText } from './routes-text.ts';

const routesOf = (name: string, lanes: readonly number[]) => lanes.map((lane) => `calc.${name}.request.${lane}`);
const all = [1, 2, 3, 4, 5, 6, 7, 8];

test.each([
  [
    'every lane of two operations',
    [...routesOf('square', all), ...routesOf('multiply', all)],
    'square 1-8, multiply 1-8',
  ],
  ['lanes that come in any order', routesOf('square', [7, 1, 2, 5, 3]), 'square 1-3,5,7'],
  [
    'a route that is no operation on a lane',
    ['calc.status.request', ...routesOf('square', [1])],
    'calc.status.request, square 1',
  ],
  [
    'the operands that a calc-server takes',
    ['calc.request.2', 'calc.request.1', 'calc.request.3', ...routesOf('square', [1])],
    'operands 1-3, square 1',
  ],
  ['no route', [], ''],
])('the text of routes is short: %s', (_, routes, text) => {
  expect(routesText(routes)).toBe(text);
});

test('the routes of 500 operations fit one line of a terminal, with the rest as a count', () => {
  const routes = Array.from({ length: 500 }, (_, n) => routesOf(`op${n}`, all)).flat();
  expect(routesText(routes)).toBe('op0 1-8, op1 1-8, op2 1-8, op3 1-8, op4 1-8, op5 1-8, op6 1-8, op7 1-8, 492 more');
});

test('the event of a listener is one short line', () => {
  const routes = [...routesOf('square', all), ...routesOf('multiply', all)];
  expect(eventText({ event: 'listener-up', address: 'k3f0q9x2m1zd', routes })).toBe(
    'listener-up address=k3f0q9x2m1zd routes="square 1-8, multiply 1-8"',
  );
});
