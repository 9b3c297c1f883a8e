import { expect, test } from 'vitest';
import { a, published, setUp, topic } from './asking.test-support.ts';

test('while many bytes wait to leave, an answer is published once, and repeated when they have left', () => {
  let congested = true;
  const { askFor, answer } = setUp({ isCongested: () => congested });
  askFor(1);
  expect(published(answer(1))).toEqual([[a, topic, [[1, 1]]]]);
  expect(published(askFor(1))).toEqual([]);
  congested = false;
  expect(published(askFor(1))).toEqual([[a, topic, [[1, 1]]]]);
});
