import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Beat } from './broker-beat.ts';
import { decodeBeat, encodeBeat } from './broker-beat.ts';
import { encodeValue } from '../msgpack/codec.ts';

const id = fc.stringMatching(/^[a-z0-9]{12}$/);
const counters = fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z]{0,20}$/), fc.maxSafeNat(), { noNullPrototype: true });
const beat: fc.Arbitrary<Beat> = fc.record(
  {
    rank: fc.constantFrom('primary', 'backup'),
    state: fc.constantFrom('standby', 'active', 'leaving'),
    epoch: fc.maxSafeNat(),
    incarnation: id,
    address: id,
    counters,
  },
  { noNullPrototype: true },
);

test('a heartbeat is read back as it was written', () => {
  fc.assert(
    fc.property(beat, (written) => {
      expect(decodeBeat(encodeBeat(written))).toStrictEqual(written);
    }),
  );
});

const good = ['primary', 'active', 3, 'k3f0q9x2m1zd', 'a1b2c3d4e5f6', {}] as const;

test('fields that a newer broker appended to a heartbeat are ignored', () => {
  expect(decodeBeat(encodeValue([...good, 'new']))).toMatchObject({ rank: 'primary', epoch: 3 });
});

test.each<[string, unknown]>([
  ['a number', 1],
  ['another rank', good.with(0, 'third')],
  ['another state', good.with(1, 'asleep')],
  ['a negative epoch', good.with(2, -1)],
  ['half an epoch', good.with(2, 1.5)],
  ['an epoch that cannot be incremented', good.with(2, 2 ** 53)],
  ['an incarnation that is not an id', good.with(3, 'x')],
  ['counters that are not numbers', good.with(5, 'x')],
  ['too few fields', good.slice(0, 4)],
])('%s is not a heartbeat', (_what, value) => {
  expect(decodeBeat(encodeValue(value))).toBeUndefined();
});

test('no bytes make the reader of heartbeats throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void decodeBeat(bytes)),
    { numRuns: 5_000 },
  );
});
