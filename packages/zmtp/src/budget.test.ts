import { expect, test } from 'vitest';
import { createBudget } from './budget.ts';

test('when all holders together have too much, the one that has most is cut off, and the others stay', () => {
  const budget = createBudget<string>(100);
  expect(budget.holds('a', 60)).toBeUndefined();
  expect(budget.holds('b', 40)).toBeUndefined();
  expect(budget.holds('c', 1)).toBe('a');
  expect(budget.total()).toBe(41);
  expect(budget.holds('c', 59)).toBeUndefined();
  expect(budget.holds('c', 61)).toBe('c');
  expect(budget.total()).toBe(40);
});

test('a holder that has ended no longer counts, and a new amount replaces the old one', () => {
  const budget = createBudget<string>(100);
  budget.holds('a', 90);
  budget.holds('a', 50);
  expect(budget.total()).toBe(50);
  budget.holds('a', 0);
  budget.holds('a', 0);
  expect(budget.total()).toBe(0);
});
