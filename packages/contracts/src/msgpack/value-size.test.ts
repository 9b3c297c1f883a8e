import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchMessagesMax, chunkBytes, failureTextMax, frameBytesMax, nameMax, partsMax } from '../messages/limits.ts';
import { createCodec, encodeValue } from './codec.ts';
import { besidesBytesMax, bytesAtMost } from './value-size.ts';

const value = fc.jsonValue({ maxDepth: 5 }).map((json) => JSON.parse(JSON.stringify(json)) as unknown);

test('no value is larger than the upper bound of its size', () => {
  const texts = fc.oneof(value, fc.string({ unit: 'binary', maxLength: 300 }));
  fc.assert(
    fc.property(texts, (any) => {
      expect(bytesAtMost(any)).toBeGreaterThanOrEqual(encodeValue(any).length);
    }),
  );
});

test.each([[[]], [{}], ['']])(
  'a batch of as many %j as its frame takes by the upper bound has not too many parts',
  (part) => {
    const codec = createCodec();
    const perMessage = Math.floor((frameBytesMax - 1_024) / batchMessagesMax / bytesAtMost(part)) - 1;
    const message = Array.from({ length: perMessage }, () => part);
    const messages = Array.from({ length: batchMessagesMax }, () => message);
    const body = codec.encode('k3f0q9x2m1zd', 1, messages);
    expect(bytesAtMost(messages)).toBeLessThanOrEqual(frameBytesMax);
    expect(batchMessagesMax * perMessage).toBeGreaterThan(0.98 * partsMax);
    expect(codec.fits(body)).toBe(true);
  },
);

test('a batch of as many messages as it may have, whose values fill a chunk, is within its frame by the upper bound', () => {
  expect(batchMessagesMax * besidesBytesMax + chunkBytes).toBeLessThanOrEqual(frameBytesMax - 1_024);
});

test('a message with its longest texts is within the upper bound for a message without a value', () => {
  const longest = [2 ** 53 - 1, '\u{ffff}'.repeat(nameMax), '\u{ffff}'.repeat(failureTextMax), null];
  expect(encodeValue(longest).length).toBeLessThanOrEqual(besidesBytesMax);
});
