import { quoted } from '../quoted.ts';

/** The number of a text, or what is wrong with it. */
export type Reading = { readonly value: unknown } | { readonly fault: string };

/**
 * Digits with an optional point and exponent. `Number` alone would take an empty text for 0, and would accept
 * hexadecimals and Infinity.
 */
const decimal = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** Reads a finite double. Ignores spaces around it. */
export function readNumber(text: string): Reading {
  const trimmed = text.trim();
  if (!decimal.test(trimmed)) return { fault: `${quoted(trimmed)} is not a number` };
  const value = Number(trimmed);
  return Number.isFinite(value) ? { value } : { fault: `${quoted(trimmed)} is beyond the range of finite numbers` };
}
