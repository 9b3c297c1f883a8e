import type { Failure } from '@cateto/contracts';
import { all, call, failure, formulaCode, limits, map } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { declare, double, wait, refuse, big, secret, work, setUp, outcomeOf } from './generator.test-support.ts';

const otherForm = Object.defineProperty({}, Symbol.for('@cateto/contracts/step'), { value: 2 });

describe('a faulty generator', () => {
  test.each<readonly [string, () => unknown, RegExp]>([
    [
      'throws before its first step',
      function* () {
        throw new Error('broken');
      },
      /^broken$/,
    ],
    [
      'throws after a step',
      function* () {
        yield* call(double, 1);
        throw new Error('broken');
      },
      /^broken$/,
    ],
    [
      'yields a number',
      function* () {
        yield 1;
      },
      /it yielded something that is no step/,
    ],
    [
      'yields a promise',
      function* () {
        yield Promise.reject(new Error('unseen'));
      },
      /it yielded a promise/,
    ],
    [
      'yields a step of another version',
      function* () {
        yield otherForm;
      },
      /form 2, known here: 1.*install the same version/,
    ],
    [
      'has a part that is no step',
      function* () {
        yield all([1] as never);
      },
      /a part of a step is neither a call nor a map/,
    ],
    [
      'nests steps',
      function* () {
        yield all([all([])] as never);
      },
      /a part of a step is neither a call nor a map/,
    ],
    [
      'calls an operation that its contract does not list',
      function* () {
        yield call(secret, 1);
      },
      /secret is not among the operations that the contract of work lists/,
    ],
    [
      'calls an operation of another catalogue',
      function* () {
        yield call({ ...double, name: 'triple' }, 1);
      },
      /triple is not an operation of this catalogue/,
    ],
    [
      'calls a namesake with another contract',
      function* () {
        yield call({ ...double, version: 2 }, 1);
      },
      /its call of double has another contract than double of this catalogue/,
    ],
    [
      'calls a namesake that is no contract',
      function* () {
        yield call({ name: 'double' } as never, 1 as never);
      },
      /its call of double has another contract than double of this catalogue/,
    ],
    [
      'maps too many inputs',
      function* () {
        yield map(
          double,
          Array.from({ length: limits.mapInputsMax + 1 }, () => 1),
        );
      },
      /a step of more than 10000 calls; divide/,
    ],
    [
      'maps with half a call at once',
      function* () {
        yield map(double, [1], { concurrency: 0.5 });
      },
      /concurrency of a map of double is not a whole number/,
    ],
    [
      'returns a value that does not fit',
      function* () {
        return () => 1;
      },
      /function cannot be sent/,
    ],
    [
      'yields empty steps without end',
      function* () {
        for (;;) yield* all([]);
      },
      /a formula may have 100000 calls/,
    ],
    [
      'is asynchronous',
      async function* () {
        yield* [];
        return 1;
      },
      /not a synchronous generator/,
    ],
    ['is no generator', () => 1, /not a synchronous generator/],
    [
      'returns a promise',
      async () => {
        throw new Error('unseen');
      },
      /not a synchronous generator/,
    ],
    [
      'catches its failures without end',
      function* () {
        for (;;)
          try {
            yield* map(
              refuse,
              Array.from({ length: 10_000 }, () => 1),
            );
          } catch {
            /* again */
          }
      },
      /a formula may have 100000 calls/,
    ],
    [
      'gets results without end',
      function* () {
        for (;;)
          yield* map(
            big,
            Array.from({ length: 10 }, () => 1_000_000),
          );
      },
      /results of a formula's calls may take 67108864 bytes/,
    ],
    [
      'collects failures with much data',
      function* () {
        const inputs = Array.from({ length: 5_000 }, () => 10_000);
        yield* map(declare, inputs, { onFailure: 'collect' });
        return 1;
      },
      /results of a formula's calls may take 67108864 bytes/,
    ],
    [
      'catches failures with much data',
      function* () {
        for (let calls = 0; calls < 5_000; calls += 1) {
          try {
            yield* call(declare, 10_000);
          } catch {
            // The next one.
          }
        }
        return 1;
      },
      /results of a formula's calls may take 67108864 bytes/,
    ],
    [
      'writes to a failure that it passes on',
      function* () {
        try {
          yield* call(refuse, 1);
        } catch (error) {
          (error as { message: unknown }).message = 42;
          throw error;
        }
        return 1;
      },
      /read only property 'message'/,
    ],
    [
      'throws a failure that cannot be read',
      function* () {
        throw failure(Object.create(null) as string, '');
      },
      /without a text/,
    ],
    [
      'throws a Proxy of a failure',
      function* () {
        throw new Proxy(failure('internal', ''), {
          get() {
            throw new Error('unread');
          },
        });
      },
      /without a text/,
    ],
  ])('a generator that %s fails with internal, and the log names formula and cause', async (_what, steps, cause) => {
    const { outcome, events } = await outcomeOf({ formula: work, steps }, { exposeErrors: false });
    expect(outcome).toMatchObject({ code: 'internal' });
    expect((outcome as Failure).message).toMatch(/^work: .*under [a-z0-9]{12}-/);
    const failed = events.filter(({ event }) => event === 'handler-failed');
    expect(failed).toEqual([
      expect.objectContaining({ name: 'work', part: 'generator', message: expect.stringMatching(cause) as string }),
    ]);
  });

  test('a formula without time left ends, even if it catches every failure', async () => {
    const code = formulaCode(work, function* () {
      for (;;) {
        try {
          yield* call(wait, 1);
        } catch {
          yield* all([]);
        }
      }
    });
    const { server, outcomes, pass } = setUp(code, { timeoutMs: 500 });
    await pass(3_000);
    expect(outcomes).toMatchObject([{ code: 'deadline-exceeded' }]);
    expect(server.report()).toMatchObject({ inFlight: 0, tables: { open: 0 } });
  });
});
