import { describe, expect, test } from 'vitest';
import { multiply } from './multiply.ts';
import { outputOf } from './output-of.test-support.ts';
import { square } from './square.ts';

describe('square', () => {
  test('square is the square, rounded once', () => {
    expect(outputOf(square, 12)).toBe(144);
    expect(outputOf(square, -1.5)).toBe(2.25);
    expect(outputOf(square, 1e-200)).toBe(0);
  });
  test('square is out of domain when it overflows, and the failure names the operand', () => {
    expect(outputOf(square, 1e200)).toMatchObject({
      code: 'out-of-domain',
      message: expect.stringContaining('1e+200'),
    });
  });
});

describe('multiply', () => {
  test('multiply is the product, rounded once', () => {
    expect(outputOf(multiply, [6, 7])).toBe(42);
  });
  test('multiply is out of domain when it overflows, and the failure names the operands', () => {
    expect(outputOf(multiply, [1e200, -1e200])).toMatchObject({
      code: 'out-of-domain',
      message: expect.stringContaining('-1e+200'),
    });
  });
});
