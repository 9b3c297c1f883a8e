import { expect, test } from 'vitest';
import { requestsMax } from '../shared/state.ts';
import { createLatencies } from './latencies.ts';
import { answer, call, calcServer, client, operand, opServer, result } from './passing.test-support.ts';
import { createRequestBook } from './request-book.ts';

function book() {
  return createRequestBook(createLatencies());
}

function only<T>(list: readonly T[]): T {
  expect(list).toHaveLength(1);
  return list[0] as T;
}

test('the messages of a request become a row and a conversation', () => {
  const requests = book();
  const trace = { trace: `${client}-1` };
  for (const message of [
    operand(1, 1, 3, trace),
    operand(1, 2, 4, trace),
    call(7, 3, trace),
    result(7, 9),
    answer(1, {}),
  ])
    requests.passed(message);
  expect(only(requests.changes())).toMatchObject({
    id: `${client}-1`,
    formula: 'hypotenuse',
    operands: '3, 4',
    server: calcServer,
    ending: 'value',
    outcome: '5',
    tookMs: 9,
    attempts: 1,
  });
  expect(requests.get(`${client}-1`)?.messages.map(({ kind }) => kind)).toEqual([
    'operand',
    'operand',
    'call',
    'result',
    'answer',
  ]);
  expect(requests.changes()).toEqual([]);
});

test('a call without a trace belongs to the only open request of its client, if there is only one', () => {
  const one = book();
  for (const message of [operand(1, 1, 3), call(7, 3)]) one.passed(message);
  expect(only(one.all())).toMatchObject({ inferred: true, messages: [{ kind: 'operand' }, { kind: 'call' }] });
  const two = book();
  for (const message of [operand(1, 1, 3), operand(2, 1, 3), call(7, 3)]) two.passed(message);
  expect(two.all().map(({ messages }) => messages.length)).toEqual([1, 1]);
});

test('calls with the trace of several requests are attributed if the requests are of different clients', () => {
  const trace = { trace: 'shared' };
  const shared = book();
  for (const message of [operand(1, 1, 3, trace), operand(2, 1, 3, trace), call(7, 3, trace)]) shared.passed(message);
  expect(shared.all().map(({ messages }) => messages.length)).toEqual([1, 1]);
  const other = { ...operand(2, 1, 3, trace), sender: 'dddddddddddd', id: 'dddddddddddd-2' };
  const apart = book();
  for (const message of [operand(1, 1, 3, trace), other, call(7, 3, trace)]) apart.passed(message);
  expect(apart.get(`${client}-1`)?.messages).toHaveLength(2);
});

test('a request that is sent again stays one request, and a failure is one with its code', () => {
  const requests = book();
  requests.passed(operand(1, 1, 3));
  requests.passed({ ...operand(1, 1, 3, { attempt: 2 }), to: 'bbbbbbbbbbbb' });
  requests.passed(answer(1, { code: 'out-of-domain', message: 'no such triangle', value: undefined }));
  expect(only(requests.changes())).toMatchObject({
    attempts: 2,
    ending: 'failed',
    code: 'out-of-domain',
    outcome: 'no such triangle',
  });
});

test('a cancelled request, and one whose time has passed, are told apart', () => {
  const requests = book();
  requests.passed(operand(1, 1, 3));
  requests.passed({ ...operand(2, 1, 3), atMs: 1_010 });
  const cancel = { topic: 'calc.cancel', to: calcServer, sender: client, id: undefined, trace: undefined };
  requests.passed({ ...cancel, atMs: 1_020, message: { seqs: [2] } });
  requests.expire(60_000);
  expect(requests.all().map(({ row }) => row.ending)).toEqual(['unseen', 'cancelled']);
});

test('requests whose end falls into a pause are left out, and older ones wait for their answer', () => {
  const requests = book();
  requests.passed({ ...operand(1, 1, 3), atMs: 500 });
  requests.passed(operand(2, 1, 3));
  requests.paused(1_000);
  expect(requests.changes().map(({ id }) => id)).toEqual([`${client}-1`]);
  requests.passed(answer(1, {}));
  expect(only(requests.changes())).toMatchObject({ id: `${client}-1`, ending: 'value' });
});

test('failed requests are kept longer than others, and all are bounded', () => {
  const requests = book();
  requests.passed(operand(1, 1, 3));
  requests.passed(answer(1, { code: 'internal', message: '' }));
  for (let seq = 2; seq <= 2 * requestsMax; seq += 1) {
    requests.passed({ ...operand(seq, 1, 3), atMs: 1_000 + seq });
    requests.passed(answer(seq, {}));
  }
  expect(requests.all().length).toBeLessThanOrEqual(requestsMax);
  expect(requests.get(`${client}-1`)?.row.code).toBe('internal');
  expect(requests.get(`${client}-2`)).toBeUndefined();
});

test('a hostile message changes nothing that it does not name, and is shown as text', () => {
  const requests = book();
  requests.passed(operand(1, 1, '<img src=x onerror=alert(1)>', { formula: '__proto__' }));
  requests.passed(answer(1, { fallbacks: ['<b>', 1], value: '\u202e' }));
  expect(only(requests.all()).row).toMatchObject({
    formula: '__proto__',
    operands: '"<img src=x onerror=alert(1)>"',
    outcome: '"\\u202e"',
    fallbacks: [1],
  });
});

test('the time at a server is that between request and answer', () => {
  const latencies = createLatencies();
  const requests = createRequestBook(latencies);
  for (const message of [operand(1, 1, 3), call(7, 3), result(7, 9), answer(1, {})]) requests.passed(message);
  expect([latencies.of(opServer, 0.5), latencies.of(calcServer, 0.5)]).toEqual([2, 9]);
  latencies.forget(100_000);
  expect(latencies.of(opServer, 0.5)).toBeUndefined();
});
