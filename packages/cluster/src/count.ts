import { usageFault } from '@cateto/app-kit';

/** More processes than this are a typing error. */
const countMax = 64;

/** A number of processes. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^[0-9]+$/.test(text) || count < 1 || count > countMax) {
    throw usageFault(`"${text}" is not a whole number from 1 to ${countMax}`);
  }
  return count;
}
