import { failure } from '@cateto/contracts';
import { expect, test } from 'vitest';
import type { Admitted } from './work.ts';
import { createRun } from './work.ts';
import { createRunCounters } from './run-counters.ts';

const noRun = createRun({ contract: 'none', begin: () => undefined });
const success = { value: 0, fallbacks: [] };

function counted() {
  let nowMs = 0;
  const counters = createRunCounters();
  function begin(): Admitted {
    const work = { underway: undefined, run: noRun, input: 0, trace: undefined, waitedUs: 0 };
    const base = { type: 'run', sender: 'aaaaaaaaaaaa', seq: 1, replyTopic: 't' } as const;
    const request: Admitted = { ...base, work, sinceMs: 0, deadlineMs: 100 };
    counters.began(request, nowMs);
    return request;
  }
  function run(tookMs: number): void {
    const request = begin();
    counters.took(tookMs);
    counters.ended(request, success, nowMs);
  }
  return { counters, begin, run, now: () => nowMs, pass: (ms: number) => void (nowMs += ms) };
}

test('a server without runs has no time of a run', () => {
  expect(counted().counters.counts(0)).toEqual({ runs: 0, errors: 0, handlingMs: undefined });
});

test('the time of a run is the median, so that one slow run does not stand for all', () => {
  const { counters, run } = counted();
  for (const tookMs of [5, 5, 5, 5, 10_000]) run(tookMs);
  expect(counters.counts(0)).toEqual({ runs: 5, errors: 0, handlingMs: 5 });
});

test('the time of a run follows a change within 64 runs', () => {
  const { counters, run } = counted();
  for (let n = 0; n < 10_000; n += 1) run(1);
  for (let n = 0; n < 64; n += 1) run(50);
  expect(counters.counts(0)).toEqual({ runs: 10_064, errors: 0, handlingMs: 50 });
});

test('an error is a failure that does not concern the input, or a run that was given up', () => {
  const { counters, begin, now } = counted();
  for (const code of ['out-of-domain', 'invalid-request', 'internal', 'deadline-exceeded', 'no-listener'] as const)
    counters.ended(begin(), failure(code, 'no'), now());
  expect(counters.counts(2)).toMatchObject({ runs: 5, errors: 5 });
});

test('a run that was given up and fails later is one error', () => {
  const { counters, begin, now, pass } = counted();
  const hanging = begin();
  pass(1_100);
  counters.ended(hanging, failure('internal', 'late'), now());
  expect(counters.counts(1)).toMatchObject({ runs: 1, errors: 1 });
});

test('a run that its requester cancelled is not an error', () => {
  const { counters, begin, now } = counted();
  const cancelled = begin();
  cancelled.work.underway = 'cancelled';
  counters.ended(cancelled, failure('internal', 'the request was cancelled'), now());
  expect(counters.counts(0)).toMatchObject({ runs: 1, errors: 0 });
});
