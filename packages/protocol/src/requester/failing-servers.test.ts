import { failure } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { a, b, outcomes, sends, setUpReady } from './requester.test-support.ts';

const broken = failure('internal', 'broken');
const deadlineMs = 60_000;

/** One of two servers fails its requests until it has failed this many; the other one answers. */
function setUpFailing(failures: number, contract = 'square') {
  const ready = setUpReady();
  const answered: Record<string, number> = { [a]: 0, [b]: 0 };
  let seq = 0;
  for (const server of [a, b]) ready.up(server);
  const callNext = (more = contract) => {
    seq += 1;
    return { seq, sent: sends(ready.call(seq, { deadlineMs, contract: more })) };
  };
  while ((answered[a] ?? 0) < failures && seq < 100) {
    const { seq: called, sent } = callNext();
    const to = sent[0]?.[1] ?? '';
    answered[to] = (answered[to] ?? 0) + 1;
    if (to === a) ready.answer(a, called, broken);
    else ready.answer(b, called);
  }
  return { ...ready, callNext };
}

describe('a server that has failed eight requests in a row', () => {
  test('a server that has failed eight requests in a row gets none of a burst that waits for another server', () => {
    const { callNext } = setUpFailing(8);
    const to = Array.from({ length: 100 }, () => callNext().sent.map(([, server]) => server));
    expect(to.flat()).toEqual(Array.from({ length: 100 }, () => b));
  });

  test('a server that has failed seven requests in a row gets requests like any other', () => {
    const { callNext } = setUpFailing(7);
    expect([callNext(), callNext()].flatMap(({ sent }) => sent.map(([, to]) => to)).toSorted()).toEqual([a, b]);
  });

  test('a server that fails gets the requests when no other server listens', () => {
    const { callNext, down } = setUpFailing(8);
    down(b);
    expect(callNext().sent.map(([, to]) => to)).toEqual([a]);
  });

  test('a server that fails one contract gets requests for other contracts as before', () => {
    const { callNext } = setUpFailing(8);
    const to = [callNext('multiply'), callNext('multiply')].flatMap(({ sent }) => sent.map(([, server]) => server));
    expect(to.toSorted()).toEqual([a, b]);
  });

  test('a server that fails gets a copy of one request a second, and settles nothing by failing it', () => {
    const { callNext, answer, runTo, at } = setUpFailing(8);
    runTo(at.nowMs + 1_000);
    const { seq, sent } = callNext();
    expect(sent.map(([, to]) => to)).toEqual([a, b]);
    expect(callNext().sent.map(([, to]) => to)).toEqual([b]);
    expect(outcomes(answer(a, seq, broken))).toEqual([]);
    expect(outcomes(answer(b, seq))).toEqual([[seq, seq]]);
  });

  test('a server that fails gets requests like any other once it has answered a copy, even after the other server', () => {
    const { callNext, answer, runTo, at } = setUpFailing(8);
    runTo(at.nowMs + 1_000);
    const { seq } = callNext();
    answer(b, seq);
    answer(a, seq);
    expect([callNext(), callNext()].flatMap(({ sent }) => sent.map(([, to]) => to)).toSorted()).toEqual([a, b]);
  });

  test('an answer to another contract does not end the failing of a server', () => {
    const { callNext, handle } = setUpFailing(8);
    const { seq, sent } = callNext('multiply');
    const results = [{ seq, outcome: { value: 1, fallbacks: [] } }];
    handle({ type: 'results', sender: sent[0]?.[1] ?? '', answerRoute: 'calc.multiply.result.1', results });
    expect(Array.from({ length: 4 }, () => callNext().sent[0]?.[1])).toEqual([b, b, b, b]);
  });

  test('a server that has left and come back is avoided again after one failure', () => {
    const { callNext, answer, down, up } = setUpFailing(8);
    down(a);
    up(a);
    const [first, second] = [callNext(), callNext()];
    const [toA, toB] = first.sent[0]?.[1] === a ? [first, second] : [second, first];
    answer(b, toB.seq);
    answer(a, toA.seq, broken);
    expect(Array.from({ length: 4 }, () => callNext().sent[0]?.[1])).toEqual([b, b, b, b]);
  });
});

test('servers that all fail share the requests', () => {
  const { call, answer, up } = setUpReady();
  for (const server of [a, b]) up(server);
  const to: (string | undefined)[] = [];
  for (let seq = 1; seq <= 40; seq += 1) {
    const server = sends(call(seq, { deadlineMs }))[0]?.[1];
    to.push(server);
    if (server !== undefined) answer(server, seq, broken);
  }
  expect(to.slice(20).filter((server) => server === a)).toHaveLength(10);
});
