/*
 * A number is never an option, however it is written: commander knows -3 and -3e5, but takes -3E5, -3. and -inf for
 * options. So such arguments are marked while commander reads them; no real argument can hold the mark.
 */

const mark = '\u0000';

export function markNegative(argument: string): string {
  return /^-(?:[0-9.]|inf|nan)/i.test(argument) ? `${mark}${argument}` : argument;
}

export function unmarked(argument: string): string {
  return argument.startsWith(mark) ? argument.slice(mark.length) : argument;
}
