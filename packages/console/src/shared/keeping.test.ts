import { expect, test } from 'vitest';
import { isTroubled, keptOf, ordinaryMax, troubledMax } from './keeping.ts';
import type { RequestRow } from './request.ts';

function row(startMs: number, ending: RequestRow['ending']): RequestRow {
  const unknown = { client: 'c', server: undefined, operands: '', code: undefined, outcome: '', tookMs: undefined };
  return { ...unknown, id: `c-${startMs}`, formula: 'leg', ending, startMs, fallbacks: [], attempts: 1 };
}

test('a failed request stays while thousands of others come and go, and the newest of each kind stay', () => {
  const failed = Array.from({ length: troubledMax + 10 }, (_, at) => row(at, 'failed'));
  const answered = Array.from({ length: ordinaryMax + 10 }, (_, at) => row(10_000 + at, 'value'));
  const kept = keptOf([...failed, ...answered]);
  expect([kept.filter(isTroubled).length, kept.length]).toEqual([troubledMax, troubledMax + ordinaryMax]);
  expect([kept[0]?.startMs, kept.at(-1)?.startMs]).toEqual([10, 10_000 + ordinaryMax + 9]);
});

test('an open request has no problem yet', () => {
  expect([row(1, 'open'), row(1, 'unseen'), row(1, 'cancelled')].map(isTroubled)).toEqual([false, true, true]);
});
