import { expect, test } from 'vitest';
import { createOriginLine } from './origin-line.ts';
import type { Admitted } from './work.ts';

function requestOf(
  sender: string,
  seq: number,
  { origin, attempt }: { origin?: string; attempt?: number } = {},
): Admitted {
  return { sender, seq, origin, work: { attempt } } as Admitted;
}

/**
 * The names of the remaining requests in order. Each turn blocks the event loop for as long as its origin's requests
 * take.
 */
function rest(line: ReturnType<typeof createOriginLine>, costMs: Readonly<Record<string, number>> = {}): string[] {
  const names: string[] = [];
  for (let request = line.first(); request !== undefined; request = line.first()) {
    line.shift();
    line.took(request, costMs[request.sender] ?? 0);
    names.push(`${request.sender}${request.seq}`);
  }
  return names;
}

test('origins take turns, and within an origin the oldest request comes first', () => {
  const line = createOriginLine();
  for (const seq of [1, 2, 3]) line.push(requestOf('a', seq));
  for (const seq of [1, 2]) line.push(requestOf('b', seq));
  expect(line.size()).toBe(5);
  expect(rest(line)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
  expect([line.size(), line.all()]).toEqual([0, []]);
});

test('an origin whose requests take long gets as many turns as its share of the time allows', () => {
  const line = createOriginLine();
  for (let seq = 1; seq <= 3; seq += 1) line.push(requestOf('slow', seq));
  for (let seq = 1; seq <= 10; seq += 1) line.push(requestOf('quick', seq));
  const order = rest(line, { slow: 50, quick: 1 });
  expect(order.indexOf('slow2')).toBe(11);
});

test('an origin that comes later gets no compensation for the time before', () => {
  const line = createOriginLine();
  for (let seq = 1; seq <= 100; seq += 1) line.push(requestOf('a', seq));
  for (let seq = 1; seq <= 90; seq += 1) {
    const request = line.first();
    line.shift();
    if (request !== undefined) line.took(request, 50);
  }
  for (let seq = 1; seq <= 10; seq += 1) line.push(requestOf('b', seq));
  expect(
    rest(line, { a: 50, b: 50 })
      .slice(0, 6)
      .filter((name) => name.startsWith('b')).length,
  ).toBeLessThanOrEqual(4);
});

test('the first request stays first until its turn, because its handler was announced', () => {
  const line = createOriginLine();
  line.push(requestOf('a', 1));
  line.push(requestOf('a', 2));
  line.shift();
  line.took(requestOf('a', 1), 50);
  expect(line.first()?.sender).toBe('a');
  line.push(requestOf('b', 1));
  expect(rest(line)).toEqual(['a2', 'b1']);
});

test('a list of the waiting requests decides nothing about whose turn it is', () => {
  const line = createOriginLine();
  line.push(requestOf('a', 1));
  line.push(requestOf('a', 2));
  line.shift();
  line.took(requestOf('a', 1), 50);
  expect(line.all().map(({ seq }) => seq)).toEqual([2]);
  line.push(requestOf('b', 1));
  expect(rest(line)).toEqual(['b1', 'a2']);
});

test('a removed request gets no turn, even if it would have been next', () => {
  const line = createOriginLine();
  for (const [sender, seq] of [
    ['a', 1],
    ['a', 2],
    ['b', 3],
  ] as const)
    line.push(requestOf(sender, seq));
  expect(line.first()?.seq).toBe(1);
  line.retain(({ seq }) => seq === 2);
  expect([line.size(), rest(line)]).toEqual([1, ['a2']]);
});

test('an origin with one waiting request at a time is charged for its earlier requests, even while nothing of it waits', () => {
  const line = createOriginLine();
  for (let seq = 1; seq <= 200; seq += 1) line.push(requestOf('quick', seq));
  const servedMs = { dear: 0, quick: 0 };
  line.push(requestOf('dear', 1));
  for (let turn = 1; turn <= 100; turn += 1) {
    const request = line.first();
    if (request === undefined) break;
    line.shift();
    const name = request.sender === 'dear' ? 'dear' : 'quick';
    const tookMs = name === 'dear' ? 50 : 1;
    servedMs[name] += tookMs;
    line.took(request, tookMs);
    if (name === 'dear') line.push(requestOf('dear', turn + 1));
  }
  expect(servedMs.dear).toBeLessThan(3 * servedMs.quick);
});

test('requests of one origin take the turns of one origin, whichever requester sent them', () => {
  const line = createOriginLine();
  for (const seq of [1, 2, 3]) for (const sender of ['a', 'b']) line.push(requestOf(sender, seq, { origin: 'burst' }));
  line.push(requestOf('c', 1, { origin: 'paced' }));
  expect(rest(line)[1]).toBe('c1');
});

test('a request that was sent before comes before the others of its origin', () => {
  const line = createOriginLine();
  for (const seq of [1, 2]) line.push(requestOf('a', seq));
  line.push(requestOf('b', 1, { origin: 'a', attempt: 2 }));
  expect(line.all().map(({ seq, sender }) => `${sender}${seq}`)).toEqual(['b1', 'a1', 'a2']);
  expect(rest(line)).toEqual(['b1', 'a1', 'a2']);
});

test('an announced request keeps its turn when one of its origin arrives that was sent before', () => {
  const line = createOriginLine();
  line.push(requestOf('a', 2));
  expect(line.first()?.seq).toBe(2);
  line.push(requestOf('a', 1, { attempt: 2 }));
  expect(rest(line)).toEqual(['a2', 'a1']);
});

test('an origin is charged for requests that occupy slots when they end', () => {
  const line = createOriginLine();
  for (const seq of [1, 2, 3]) line.push(requestOf('slow', seq));
  for (const seq of [1, 2, 3]) line.push(requestOf('quick', seq));
  const first = line.first();
  line.shift();
  if (first === undefined) throw new Error('nothing waits');
  line.began(first, 0);
  line.ended(first, 500);
  expect(rest(line)).toEqual(['quick1', 'quick2', 'quick3', 'slow2', 'slow3']);
});
