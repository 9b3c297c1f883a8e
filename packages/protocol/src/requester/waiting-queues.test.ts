import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createQueues } from './waiting-queues.ts';
import type { OpenRequest } from './request.ts';
import { openRequest } from './request.ts';
import { callOf } from './requester.test-support.ts';

const routes = ['calc.square.request.1', 'calc.square.request.2'] as const;
const origins = ['a', 'b', 'c', undefined] as const;

const step = fc.record({
  do: fc.constantFrom('add', 'add', 'add', 'send', 'send', 'remove', 'put back', 'answer'),
  pick: fc.nat(),
  origin: fc.constantFrom(...origins),
  route: fc.constantFrom(...routes),
  costMs: fc.constantFrom(0, 1, 1, 50),
});

test('the next request is the one that a search of all waiting requests finds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const queues = createQueues<string>();
      const waiting = new Set<OpenRequest<string>>();
      const sent: OpenRequest<string>[] = [];
      const naive = (blocked: ReadonlySet<string>): OpenRequest<string> | undefined =>
        [...waiting]
          .filter(({ line }) => line !== undefined && !blocked.has(line.key))
          .toSorted(
            ({ line: one, call: { seq } }, { line: another, call }) =>
              (one?.origin.usedMs ?? 0) - (another?.origin.usedMs ?? 0) ||
              (one?.origin.since ?? 0) - (another?.origin.since ?? 0) ||
              seq - call.seq,
          )[0];
      let seq = 0;
      for (const { do: what, pick, origin, route, costMs } of steps) {
        const one = [...waiting][pick % Math.max(1, waiting.size)];
        if (what === 'add') {
          seq += 1;
          const request = openRequest({ ...callOf(seq, { route }), origin }, 0, 200);
          queues.add(request);
          waiting.add(request);
        } else if (what === 'send') {
          const next = queues.next('square', new Set());
          if (next === undefined) continue;
          queues.sent(next);
          queues.remove(next);
          waiting.delete(next);
          sent.push(next);
        } else if (what === 'remove' && one !== undefined) {
          queues.remove(one);
          waiting.delete(one);
        } else if (what === 'put back') {
          const back = sent.pop();
          if (back === undefined) continue;
          queues.add(back);
          waiting.add(back);
        } else if (what === 'answer') {
          const answered = sent.shift();
          if (answered !== undefined) queues.answered(answered, costMs, 0);
        }
        for (const blocked of [new Set<string>(), new Set<string>([routes[0]]), new Set<string>(routes)]) {
          expect(queues.next('square', blocked)).toBe(naive(blocked));
        }
        expect([queues.size(), queues.waiting('square')]).toEqual([waiting.size, waiting.size]);
      }
    }),
    { numRuns: 300 },
  );
});

test('when no server listens, that is new for the requests of all origins once, and then for those that are added', () => {
  const queues = createQueues<string>();
  const add = (seq: number, origin: string): OpenRequest<string> => {
    const request = openRequest({ ...callOf(seq), origin }, 0, 200);
    queues.add(request);
    return request;
  };
  const first = add(2, 'a');
  const second = add(3, 'b');
  expect(new Set(queues.unserved(first))).toEqual(new Set([first, second]));
  const older = add(1, 'b');
  const settled = add(4, 'a');
  queues.remove(settled);
  expect(queues.unserved(second)).toEqual([older]);
  expect(queues.unserved(second)).toEqual([]);
  queues.served(first);
  expect(new Set(queues.unserved(first))).toEqual(new Set([first, second, older]));
});
