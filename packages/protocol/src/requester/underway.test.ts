import { expect, test } from 'vitest';
import { a, b, sends, setUpReady } from './requester.test-support.ts';

/* Requests that travel in chunks, or wait behind the chunks of others. */

function setUp() {
  const underway = new Set<string>();
  const sending = new Set<string>();
  const ready = setUpReady({
    isUnderway: (server) => underway.has(server),
    isSending: (server, seq) => sending.has(`${server} ${seq}`),
  });
  ready.up(a);
  const first = sends(ready.call(1, { deadlineMs: 60_000 }));
  ready.up(b);
  return { ...ready, underway, sending, first };
}

test('a request is neither resent nor moved because of silence while its chunks are on their way', () => {
  const { first, sending, runTo, at } = setUp();
  sending.add(`${a} 1`);
  expect(first).toEqual([[1, a]]);
  expect(sends(runTo(10_000))).toEqual([]);
  sending.clear();
  at.nowMs = 10_000;
  expect(sends(runTo(11_000))[0]).toEqual([1, b]);
});

test('chunks of another request do not keep one that is lost', () => {
  const { sending, runTo } = setUp();
  sending.add(`${a} 2`);
  expect(sends(runTo(1_000))[0]).toEqual([1, b]);
});

test('a request waits behind the chunks of others for some seconds, and then counts as lost', () => {
  const { underway, runTo } = setUp();
  underway.add(a);
  expect(sends(runTo(4_499))).toEqual([]);
  expect(sends(runTo(6_000))[0]).toEqual([1, b]);
});

test('chunks of another server do not keep a silent one', () => {
  const { underway, runTo } = setUp();
  underway.add(b);
  expect(sends(runTo(1_000))[0]).toEqual([1, b]);
});

test('a server is not passed over while the chunks of a request go to it', () => {
  const { sending, runTo, call } = setUp();
  sending.add(`${a} 1`);
  runTo(5_000);
  expect(sends([...call(2), ...call(3)]).map(([, to]) => to)).toContain(a);
});

test('a request moves at once when the subscription of its server vanishes and no chunks are on their way', () => {
  const { down } = setUp();
  expect(sends(down(a))).toEqual([[1, b]]);
});

test('while chunks come from a server, a request stays for a second after its subscription has vanished', () => {
  const { underway, down, runTo } = setUp();
  underway.add(a);
  expect(sends(down(a))).toEqual([]);
  underway.clear();
  expect(sends(runTo(999))).toEqual([]);
  expect(sends(runTo(1_100))).toEqual([[1, b]]);
});

test('the beat of a draining server that comes behind chunks keeps the requests that it names, and no other', () => {
  const { underway, down, handle, call, runTo, up } = setUp();
  underway.add(a);
  down(b);
  call(2, { deadlineMs: 60_000 });
  down(a);
  up(b);
  const beat = handle({ type: 'beat', sender: a, held: [1, 1], silentMs: 2_000, leaving: true });
  expect(sends([...beat, ...handle({ type: 'turn-ended' })])).toEqual([[2, b]]);
  expect(sends(runTo(1_900)).filter(([seq]) => seq === 1)).toEqual([]);
});

test('a request moves at once when the process of its server has ended, also while chunks came from it', () => {
  const { underway, handle } = setUp();
  underway.add(a);
  const ended = handle({ type: 'server-ended', address: a });
  expect(sends([...ended, ...handle({ type: 'turn-ended' })])).toEqual([[1, b]]);
});
