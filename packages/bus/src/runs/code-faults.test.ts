import { describe, expect, test } from 'vitest';
import { createCodeFaults } from './code-faults.ts';
import type { BusEvent } from '../participant/events.ts';
import { testPlatform } from '../participant/fake-link.test-support.ts';

function setUp(exposeErrors?: boolean) {
  const platform = testPlatform();
  const events: BusEvent[] = [];
  const faults = createCodeFaults(platform, { onEvent: (event) => void events.push(event), exposeErrors });
  return { platform, events, faults };
}

const run = (name: string, seq: number) => ({ name, part: 'handler' as const, id: `k3f0q9x2m1zd-${seq}` });

describe('a handler that throws', () => {
  test('a handler that throws is reported with text, stack and id, and its requester gets the id but not the text', () => {
    const { events, faults } = setUp();
    const told = faults.threw(run('square', 7), new RangeError('password is hunter2'));
    expect(told).toMatchObject({
      code: 'internal',
      message: 'square: its handler failed; the log of its server has the cause under k3f0q9x2m1zd-7',
    });
    expect(events).toEqual([
      {
        event: 'handler-failed',
        ...run('square', 7),
        message: 'password is hunter2',
        stack: expect.stringMatching(/^RangeError: password is hunter2\n +at .*code-faults\.test/),
        count: 1,
      },
    ]);
  });

  test('a handler that throws repeatedly is reported at once, then once a second for each operation, with the last error', () => {
    const { platform, events, faults } = setUp();
    for (let seq = 1; seq <= 5_000; seq += 1) faults.threw(run('square', seq), new Error(`no ${seq}`));
    faults.threw(run('multiply', 1), new Error('other'));
    platform.pass(3_000);
    expect(events.map((event) => ({ ...event, stack: undefined }))).toEqual([
      { event: 'handler-failed', ...run('square', 1), message: 'no 1', stack: undefined, count: 1 },
      { event: 'handler-failed', ...run('multiply', 1), message: 'other', stack: undefined, count: 1 },
      { event: 'handler-failed', ...run('square', 5_000), message: 'no 5000', stack: undefined, count: 4_999 },
    ]);
  });

  test('a handler that throws sends its text to the requester if errors are exposed', () => {
    const { faults } = setUp(true);
    expect(faults.threw(run('square', 7), new Error('too much')).message).toBe('square: too much');
    expect(faults.misfit(run('square', 7), 'a Map cannot be sent').message).toBe('square: a Map cannot be sent');
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'undefined'],
    ['an object without a text', Object.create(null), 'threw something without a text'],
    [
      'an object whose stack throws',
      {
        message: 'odd',
        get stack() {
          throw new Error('no');
        },
      },
      'odd',
    ],
    ['a stack that is not a text', { message: 'odd', stack: 7 }, 'odd'],
  ])('a handler that throws %s is reported', (_what, error, message) => {
    const { events, faults } = setUp();
    faults.threw(run('square', 7), error);
    expect(events).toMatchObject([{ event: 'handler-failed', message, stack: undefined }]);
  });

  test('a handler that throws while its server ends is reported, and so are counted errors', () => {
    const { events, faults } = setUp();
    for (let seq = 1; seq <= 3; seq += 1) faults.threw(run('square', seq), new Error('no'));
    faults.close();
    faults.threw(run('square', 4), new Error('no'));
    expect(events).toMatchObject([
      { count: 1 },
      { id: 'k3f0q9x2m1zd-3', count: 2 },
      { id: 'k3f0q9x2m1zd-4', count: 1 },
    ]);
  });
});

test('an output that does not fit the contract is reported in full, and its requester learns only that fact', () => {
  const { events, faults } = setUp();
  const told = faults.misfit({ ...run('mirror', 7), part: 'combine' }, 'rows.alice: a Date cannot be sent');
  expect(told.message).toBe(
    'mirror: what its combine returned does not fit the contract; the log of its server has the cause under k3f0q9x2m1zd-7',
  );
  expect(events).toMatchObject([{ part: 'combine', message: 'rows.alice: a Date cannot be sent', stack: undefined }]);
});

test('an error caused by the signal after the deadline is not a fault, and any other error is reported', () => {
  const { events, faults } = setUp();
  const told = faults.threwLate(run('square', 7), new DOMException('secret', 'TimeoutError'));
  expect(told).toMatchObject({ code: 'deadline-exceeded', message: expect.not.stringContaining('secret') });
  expect(events).toEqual([]);
  faults.threwLate(run('square', 8), new TypeError('x is undefined'));
  expect(events).toMatchObject([{ event: 'handler-failed', message: 'x is undefined' }]);
});
