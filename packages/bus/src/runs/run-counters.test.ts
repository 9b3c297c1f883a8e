import { failure } from '@cateto/contracts';
import { expect, test } from 'vitest';
import type { Admitted } from './work.ts';
import { createRun } from './work.ts';
import { createRunCounters } from './run-counters.ts';

const noRun = createRun({ contract: 'none', begin: () => undefined });
const success = { value: 0, fallbacks: [] };

function counted() {
  let nowMs = 0;
  const counters = createRunCounters({ nowMs: () => nowMs });
  let seq = 0;
  function begin(ttlMs = 60_000): Admitted {
    seq += 1;
    const work = { underway: undefined, run: noRun, input: 0, trace: undefined };
    const request: Admitted = {
      type: 'run',
      sender: 'aaaaaaaaaaaa',
      seq,
      replyTopic: 't',
      work,
      sinceMs: nowMs,
      deadlineMs: nowMs + ttlMs,
    };
    counters.began(request);
    return request;
  }
  function run(tookMs: number, outcome: Parameters<typeof counters.ended>[1] = success): void {
    const request = begin();
    nowMs += tookMs;
    counters.ended(request, outcome);
  }
  return { counters, begin, run, pass: (ms: number) => void (nowMs += ms) };
}

test('a server that has run nothing has no time of a run', () => {
  expect(counted().counters.counts(0)).toEqual({ runs: 0, errors: 0, handlingMs: undefined });
});

test('the time of a run is the median, so that one slow run does not stand for all', () => {
  const { counters, run } = counted();
  for (const tookMs of [5, 5, 5, 5, 10_000]) run(tookMs);
  expect(counters.counts(0)).toEqual({ runs: 5, errors: 0, handlingMs: 5 });
});

test('the time of a run follows a change, after so many runs that one of eight being timed is enough', () => {
  const { counters, run } = counted();
  for (let n = 0; n < 10_000; n += 1) run(1);
  for (let n = 0; n < 8 * 64; n += 1) run(50);
  expect(counters.counts(0)).toEqual({ runs: 10_512, errors: 0, handlingMs: 50 });
});

test('runs that overlap are timed each by its own begin', () => {
  const { counters, begin, pass } = counted();
  const requests = Array.from({ length: 1_000 }, () => {
    pass(1);
    return begin();
  });
  pass(2_000);
  for (const request of requests) counters.ended(request, success);
  // The first four were timed, each a millisecond after the one before it.
  expect(counters.counts(0)).toEqual({ runs: 1_000, errors: 0, handlingMs: 2_998 });
});

test('handlers that never settle do not end the timing of others', () => {
  const { counters, begin, run, pass } = counted();
  for (let n = 0; n < 64; n += 1) begin(100);
  pass(1_200);
  for (let n = 0; n < 8; n += 1) run(7);
  expect(counters.counts(64)).toEqual({ runs: 72, errors: 64, handlingMs: 7 });
});

test('an error is a failure that says nothing of the input, and a run that was given up', () => {
  const { counters, run } = counted();
  for (const code of ['out-of-domain', 'invalid-request', 'internal', 'deadline-exceeded', 'no-listener'] as const)
    run(1, failure(code, 'no'));
  expect(counters.counts(2)).toMatchObject({ runs: 5, errors: 5 });
});

test('a run that was given up and fails later is one error', () => {
  const { counters, begin, pass } = counted();
  const hanging = begin(100);
  pass(1_100);
  counters.ended(hanging, failure('internal', 'late'));
  expect(counters.counts(1)).toMatchObject({ runs: 1, errors: 1 });
});

test('a run that its requester cancelled is no error, and its time does not count', () => {
  const { counters, begin, run, pass } = counted();
  const cancelled = begin();
  cancelled.work.underway = 'cancelled';
  pass(1);
  counters.ended(cancelled, failure('internal', 'the request was cancelled'));
  expect(counters.counts(0)).toEqual({ runs: 1, errors: 0, handlingMs: undefined });
  run(9);
  expect(counters.counts(0)).toEqual({ runs: 2, errors: 0, handlingMs: 9 });
});
