import { InvalidArgumentError } from 'commander';

const msOf: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `90s`, `5m`, `2h` or `1d` as milliseconds. */
export function readSince(text: string): number {
  const [, count = '', unit = ''] = /^([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(count) * (msOf[unit] ?? 0);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('A time is a number and a unit, such as 90s, 5m, 2h or 1d.');
}
