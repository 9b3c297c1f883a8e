import { usageFault } from '@cateto/app-kit';

/** The number of a flag, within bounds. */
export function numberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (number >= least && number <= most) return number;
    throw usageFault(`"${text}" is not a number from ${least} to ${most}`);
  };
}

/** A seed. */
export function wholeNumber(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw usageFault(`"${text}" is not a whole number`);
}
