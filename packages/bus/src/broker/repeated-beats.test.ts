import type { Beat } from '@cateto/contracts';
import { decodeBeat, encodeBeat } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { createBeatReader, createBeatWriter } from './repeated-beats.ts';

const beat: Beat = {
  rank: 'primary',
  state: 'active',
  epoch: 3,
  incarnation: 'incarnation1',
  address: 'address12345',
  counters: { forwarded: 1, dropped: 0 },
};

const changes: readonly Beat[] = [
  { ...beat, epoch: 4 },
  { ...beat, state: 'leaving' },
  { ...beat, counters: { forwarded: 2, dropped: 0 } },
  { ...beat, counters: { forwarded: 1 } },
  { ...beat, counters: { forwarded: 1, dropped: 0, requests: 0 } },
];

test('equal beats are encoded once', () => {
  const write = createBeatWriter();
  const first = write(beat);
  expect(first).toEqual(encodeBeat(beat));
  expect(write({ ...beat, counters: { ...beat.counters } })).toBe(first);
});

test.each(changes)('a beat that differs is encoded anew: %j', (changed) => {
  const write = createBeatWriter();
  write(beat);
  expect(decodeBeat(write(changed))).toEqual(changed);
  expect(decodeBeat(write(beat))).toEqual(beat);
});

test('equal bytes are decoded once, and other bytes anew', () => {
  const read = createBeatReader();
  const first = read(encodeBeat(beat));
  expect(first).toEqual(beat);
  expect(read(Uint8Array.from(encodeBeat(beat)))).toBe(first);
  for (const changed of changes) expect(read(encodeBeat(changed))).toEqual(changed);
});

test('bytes that are not a beat are refused each time, and do not hide a beat', () => {
  const read = createBeatReader();
  expect(read(new Uint8Array())).toBeUndefined();
  // An empty array of MessagePack.
  const strange = Uint8Array.of(0x90);
  expect([read(strange), read(strange)]).toEqual([undefined, undefined]);
  expect(read(encodeBeat(beat))).toEqual(beat);
});
