import { expect, test } from 'vitest';
import { latin1, latin1Bytes } from './bytes.ts';
import { moreFlag } from './frame-reader.ts';
import { createMessageFrames } from './message-frames.ts';

function setUp() {
  const said: string[] = [];
  const frames = createMessageFrames({
    message: (first, second, count) =>
      said.push(`${count}: ${latin1(first)} ${second === undefined ? '-' : latin1(second)}`),
    endless: () => said.push('endless'),
  });
  const take = (flags: number, text: string): void => frames.take(flags, latin1Bytes(text), 0, text.length);
  return { said, frames, take };
}

test('the first two frames of a message are kept, and the others are counted', () => {
  const { said, take } = setUp();
  take(0, 'alone');
  take(moreFlag, 'topic');
  take(0, 'body');
  for (const text of ['a', 'b', 'c']) take(moreFlag, text);
  take(0, 'd');
  expect(said).toEqual(['1: alone -', '2: topic body', '4: a b']);
});

test('the bytes that an incomplete message keeps in memory are reported until the message is complete', () => {
  const { frames, take } = setUp();
  expect(frames.held()).toBe(0);
  const chunk = new Uint8Array(1_000);
  frames.take(moreFlag, chunk, 10, 20);
  frames.take(moreFlag, new Uint8Array(500), 0, 500);
  frames.take(moreFlag, new Uint8Array(700), 0, 700);
  // The first frame keeps its whole chunk.
  expect(frames.held()).toBe(1_500);
  take(0, 'last');
  expect(frames.held()).toBe(0);
});

test('a message without an end is reported', () => {
  const { said, take } = setUp();
  for (let frame = 0; frame < 4_097; frame += 1) take(moreFlag, '');
  expect(said).toEqual(['endless']);
});
