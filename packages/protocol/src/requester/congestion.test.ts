import { expect, test } from 'vitest';
import { a, sends, setUpReady } from './requester.test-support.ts';

function setUp() {
  const state = { congested: false };
  const ready = setUpReady({ isCongested: () => state.congested });
  ready.up(a);
  return { ...ready, state };
}

test('while many bytes wait to leave, a new request is held, and it is sent when they have left', () => {
  const { call, handle, runTo, state } = setUp();
  state.congested = true;
  expect(sends(call(1))).toEqual([]);
  expect(sends(runTo(3_000))).toEqual([]);
  state.congested = false;
  expect(sends(handle({ type: 'drained' }))).toEqual([[1, a]]);
});

test('while many bytes wait to leave, no request is repeated, because its first copy may wait there', () => {
  const { call, runTo, state } = setUp();
  expect(sends(call(1))).toEqual([[1, a]]);
  state.congested = true;
  expect(sends(runTo(3_000))).toEqual([]);
  state.congested = false;
  expect(sends(runTo(3_500))).toHaveLength(1);
});
