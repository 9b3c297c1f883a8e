import { limits } from '@cateto/contracts';
import { expect, test } from 'vitest';
import type { ChunkSenderConfig, LargeMessage, Leaving } from './chunk-sender-types.ts';
import { createChunkSender } from './chunk-sender.ts';

const { chunkBytes } = limits;
const a = 'aaaaaaaaaaaa';
const b = 'bbbbbbbbbbbb';
const requests = 'calc.square.request.1';
const results = 'calc.square.result.1';

/** A sender whose message `[seq, n]` is encoded as n chunks; `n` of 0 cannot be encoded. */
function setUp(config: Partial<ChunkSenderConfig> = {}) {
  const lost: number[] = [];
  const sender = createChunkSender({
    lost: ({ seq }) => void lost.push(seq),
    encode: ({ message }) => {
      const chunks = message[1] as number;
      return chunks === 0 ? undefined : new Uint8Array(Math.ceil(chunks * chunkBytes)).fill(message[0] as number);
    },
    unconfirmedMax: 32,
    ...config,
  });
  sender.brokersChanged(1, 0);
  const next = (nowMs = 0): Leaving | undefined => sender.next(nowMs);
  return {
    sender,
    next,
    lost,
    add(seq: number, chunks: number, to = a, nowMs = 0, topic = requests) {
      const kind: LargeMessage['kind'] = topic === results ? 'answer' : 'request';
      sender.add({ kind, topic, to, seq, message: [seq, chunks], bytes: chunks * chunkBytes }, nowMs);
    },
    confirm: (body: number, chunks: number, { by = a, nowMs = 0, isDropped = false } = {}) =>
      sender.confirmed(by, body, chunks, isDropped, nowMs),
    /** Takes chunks until the sender gives no more. @returns their names */
    drain(nowMs = 0): string[] {
      const left: string[] = [];
      for (let one = next(nowMs); one !== undefined; one = next(nowMs)) left.push(nameOf(one));
      return left;
    },
  };
}

/** `a 1:0/2`: chunk 0 of the two of body 1, for peer a. */
function nameOf(leaving: Leaving): string {
  const to = leaving.to.slice(0, 1);
  if (leaving.type === 'whole') return `${to} whole ${leaving.body.length}`;
  const { body, index, count, bytes } = leaving;
  return `${to} ${body}:${index}/${count}${bytes.length === 0 ? '?' : ''}`;
}

test('a body leaves in chunks, in order, which together are the body', () => {
  const { add, next } = setUp();
  add(7, 2.5);
  const chunks = [next(), next(), next()];
  expect(chunks.map((one) => nameOf(one as Leaving))).toEqual(['a 1:0/3', 'a 1:1/3', 'a 1:2/3']);
  const lengths = chunks.map((one) => (one?.type === 'chunk' ? one.bytes.length : 0));
  expect(lengths).toEqual([chunkBytes, chunkBytes, chunkBytes / 2]);
  expect(next()).toBeUndefined();
});

test('the bodies for one peer leave one after the other, and peers take turns', () => {
  const { add, drain } = setUp();
  add(1, 2);
  add(2, 2);
  add(3, 3, b);
  expect(drain()).toEqual(['a 1:0/2', 'b 2:0/3', 'a 1:1/2', 'b 2:1/3', 'a 3:0/2', 'b 2:2/3', 'a 3:1/2']);
});

test('a message that fits one chunk once it is encoded leaves whole', () => {
  const { add, sender, drain } = setUp();
  add(1, 0.5);
  expect(drain()).toEqual([`a whole ${chunkBytes / 2}`]);
  expect(sender.size()).toBe(0);
});

test('a message that cannot be encoded does not delay the next one', () => {
  const { add, drain } = setUp();
  add(1, 0);
  add(2, 2);
  expect(drain()).toEqual(['a 1:0/2', 'a 1:1/2']);
});

test('a bounded number of chunks is unconfirmed for each peer, and a confirmation lets as much follow', () => {
  const { add, confirm, drain } = setUp();
  add(1, 100);
  add(2, 2, b);
  expect(drain()).toHaveLength(32 + 2);
  expect(confirm(1, 5)).toBe(true);
  expect(drain()).toEqual([32, 33, 34, 35, 36].map((index) => `a 1:${index}/100`));
});

test('a message is known until its last chunk is confirmed, and is not added again meanwhile', () => {
  const { add, confirm, sender, drain } = setUp();
  add(1, 2);
  add(1, 2);
  drain();
  add(1, 2);
  expect([sender.size(), drain()]).toEqual([1, []]);
  confirm(1, 2, { nowMs: 5 });
  expect([sender.size(), sender.deadlineMs()]).toEqual([0, undefined]);
  add(1, 2);
  expect(drain()).toEqual(['a 2:0/2', 'a 2:1/2']);
});

test('the same seq on another topic, or for another peer, is another message', () => {
  const { add, sender } = setUp();
  add(1, 2);
  add(1, 2, b);
  add(1, 2, a, 0, 'calc.request.2');
  expect(sender.size()).toBe(3);
});

test('a confirmation that is old, of a stranger, or of chunks that have not left changes nothing', () => {
  const { add, confirm, drain } = setUp();
  add(1, 40);
  drain();
  confirm(1, 4);
  drain();
  confirm(1, 2);
  expect(confirm(1, 40)).toBe(false);
  expect(confirm(1, 20, { by: b })).toBe(false);
  expect(confirm(9, 1)).toBe(false);
  expect(drain()).toEqual([]);
});

test('a body that its peer has dropped is sent again with a new number, when there is room for it', () => {
  const { add, confirm, sender, drain } = setUp();
  add(1, 32);
  add(2, 2);
  drain();
  confirm(1, 5, { isDropped: true });
  expect(drain()).toEqual([0, 1, 2, 3, 4].map((index) => `a 2:${index}/32`));
  confirm(1, 32, { isDropped: true });
  expect(drain()).toHaveLength(27);
  confirm(2, 32);
  expect(drain()).toEqual(['a 3:0/2', 'a 3:1/2']);
  expect(sender.size()).toBe(1);
});

test('bodies before one that is confirmed were lost, and are sent again in their order', () => {
  const { add, confirm, drain, sender } = setUp();
  for (const seq of [1, 2, 3]) add(seq, 2);
  drain();
  confirm(3, 2);
  expect(sender.size()).toBe(2);
  expect(drain()).toEqual(['a 4:0/2', 'a 4:1/2', 'a 5:0/2', 'a 5:1/2']);
  confirm(4, 2);
  confirm(5, 2);
  expect([sender.size(), sender.deadlineMs(), drain()]).toEqual([0, undefined, []]);
});

test('a message is lost when its peer drops it again and again', () => {
  const { add, confirm, drain, sender, lost } = setUp();
  add(1, 2);
  for (let body = 1; body <= 8; body += 1) {
    expect(drain()).toEqual([`a ${body}:0/2`, `a ${body}:1/2`]);
    confirm(body, 2, { isDropped: true });
  }
  expect([lost, sender.size(), sender.deadlineMs(), drain()]).toEqual([[1], 0, undefined, []]);
});

test('a query asks what has arrived when the brokers have changed, and nothing leaves without a broker', () => {
  const { add, confirm, sender, drain } = setUp();
  add(1, 2);
  drain();
  sender.brokersChanged(0, 50);
  add(2, 2);
  expect(drain(50)).toEqual([]);
  sender.brokersChanged(1, 60);
  expect(drain(60)).toEqual(['a 1:1/2?', 'a 2:0/2', 'a 2:1/2']);
  confirm(1, 2, { nowMs: 61 });
  confirm(2, 2, { nowMs: 61 });
  expect(sender.size()).toBe(0);
});

test('queries follow while nothing is confirmed, less and less often', () => {
  const { add, sender, drain } = setUp();
  add(1, 3);
  drain();
  expect(sender.deadlineMs()).toBe(250);
  const asked: number[] = [];
  for (let nowMs = 50; nowMs < 12_000; nowMs += 50) {
    sender.tick(nowMs);
    const left = drain(nowMs);
    if (left.length === 0) continue;
    expect(left).toEqual(['a 1:2/3?']);
    asked.push(nowMs);
  }
  expect(asked).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000]);
});

test('a peer that confirms nothing for 15 s loses its messages, and others keep theirs', () => {
  const { add, confirm, sender, drain, lost } = setUp();
  add(1, 40);
  add(2, 40);
  add(3, 40, b);
  drain();
  confirm(2, 1, { by: b, nowMs: 14_000 });
  sender.tick(15_000);
  expect(lost).toEqual([1, 2]);
  expect(sender.size()).toBe(1);
  add(4, 2, a, 15_000);
  expect(drain(15_000)).toContain('a 3:0/2');
});

test('a withdrawn message stops, and its chunks in flight still count', () => {
  const { add, confirm, sender, drain } = setUp();
  add(1, 40);
  add(2, 2);
  add(1, 2, a, 0, results);
  drain();
  sender.withdrawRequest(1);
  expect(sender.size()).toBe(2);
  expect(drain()).toEqual([]);
  confirm(1, 32);
  expect(drain()).toEqual(['a 2:0/2', 'a 2:1/2', 'a 3:0/2', 'a 3:1/2']);
});

test('nothing is left of a message that is withdrawn between two of its chunks', () => {
  const { add, confirm, sender, next } = setUp();
  add(1, 3, a, 0, results);
  next();
  confirm(1, 1);
  sender.withdrawAnswer(a, 1);
  expect([sender.size(), sender.deadlineMs(), sender.isReady(), next()]).toEqual([0, undefined, false, undefined]);
  add(2, 2);
  expect([next(), next()].map((one) => nameOf(one as Leaving))).toEqual(['a 2:0/2', 'a 2:1/2']);
});

test('a message beyond the bound is lost', () => {
  const { add, sender, lost } = setUp({ waitingMax: 4 * chunkBytes });
  add(1, 3);
  add(2, 2);
  add(3, 1, b);
  expect([sender.size(), lost]).toEqual([2, [2]]);
});

test('a message that is larger than the bound by itself is sent alone', () => {
  const { add, sender, lost } = setUp({ waitingMax: 2 * chunkBytes });
  add(1, 8);
  add(2, 1);
  expect([sender.size(), lost]).toEqual([1, [2]]);
});

test('messages for peers that confirm nothing make room for those of others', () => {
  const { add, drain, sender, lost } = setUp({ waitingMax: 6 * chunkBytes });
  add(1, 3);
  add(2, 3, b);
  drain();
  add(3, 3, 'cccccccccccc', 1_999);
  expect(lost).toEqual([3]);
  sender.confirmed(b, 2, 1, false, 1_999);
  add(3, 3, 'cccccccccccc', 2_000);
  expect(lost).toEqual([3, 1]);
  expect(sender.size()).toBe(2);
});

test('a request is being sent until it is confirmed, unless its server confirms nothing for two seconds', () => {
  const { add, confirm, sender, drain } = setUp();
  add(1, 40);
  add(2, 2, a, 0, results);
  expect([sender.isSending(a, 1, 9_000), sender.isSending(a, 2, 0), sender.isSending(b, 1, 0)]).toEqual([
    true,
    false,
    false,
  ]);
  drain(9_000);
  expect([sender.isSending(a, 1, 10_999), sender.isSending(a, 1, 11_000)]).toEqual([true, false]);
  confirm(1, 32, { nowMs: 11_000 });
  drain(11_000);
  expect(sender.isSending(a, 1, 11_000)).toBe(true);
  confirm(1, 40, { nowMs: 11_100 });
  expect(sender.isSending(a, 1, 11_100)).toBe(false);
});

test('the answers on their way to a peer are known until they are confirmed', () => {
  const { add, confirm, sender, drain } = setUp();
  add(7, 2, a, 0, results);
  add(5, 2, a, 0, results);
  add(6, 2);
  add(8, 2, b, 0, results);
  expect(sender.answersTo(a)).toEqual([5, 7]);
  drain();
  confirm(1, 2);
  expect(sender.answersTo(a)).toEqual([5]);
});

test('the messages for a peer that has ended are lost', () => {
  const { add, sender, drain, lost } = setUp();
  add(1, 40);
  drain();
  add(2, 2);
  sender.forget(a);
  expect([sender.size(), sender.deadlineMs(), drain(), lost]).toEqual([0, undefined, [], [1, 2]]);
});
