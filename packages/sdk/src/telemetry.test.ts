import type { Telemetry } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { catalogue, formulas, handlers } from './double.test-support.ts';
import { simulate } from './testing/index.ts';

/* A telemetry is code of the user. The tests of @cateto/otel check its spans. */

test('connect and serve refuse a telemetry option without the right methods', () => {
  const telemetry = { call: () => undefined } as unknown as Telemetry;
  const message = 'telemetry: give it the result of openTelemetry() of @cateto/otel';
  expect(() => simulate().connect({ catalogue, telemetry })).toThrow(message);
  expect(() => simulate().serve({ catalogue, handlers, telemetry })).toThrow(message);
});

test('a telemetry that throws fails no call, and its exception is an uncaught one of the program', async () => {
  const thrown: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => thrown.push(error));
  const fail = (): never => {
    throw new Error('broken');
  };
  const begins: Telemetry = { call: fail, serve: fail };
  const goesOn: Telemetry = {
    call: () => ({ traceparent: undefined, event: fail, end: fail }),
    serve: () => ({ traceparent: undefined, within: fail, end: fail }),
  };
  try {
    for (const telemetry of [begins, goesOn]) {
      const system = simulate();
      system.serve({ catalogue, handlers, formulas, telemetry });
      expect(await system.connect({ catalogue, telemetry }).twice(3)).toMatchObject({ value: 6 });
    }
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  }
  expect(thrown.length).toBeGreaterThan(0);
  expect(thrown.every((error) => (error as Error).message === 'broken')).toBe(true);
});

/** The ways in which a span may run the code of a run. */
type Within = (code: () => void) => void;
const twice: Within = (code) => {
  code();
  code();
};
const laterToo: Within = (code) => {
  code();
  queueMicrotask(code);
};

test.each<[string, Within]>([
  ['runs it twice', twice],
  ['runs it later, too', laterToo],
  ['runs it only later', queueMicrotask],
  ['does not run it', () => undefined],
])('a server runs a request once, although the span %s', async (_, within) => {
  let runs = 0;
  const telemetry: Telemetry = {
    call: () => ({ traceparent: undefined, event: () => undefined, end: () => undefined }),
    serve: () => ({ traceparent: undefined, within, end: () => undefined }),
  };
  const system = simulate();
  const counting = {
    double: (x: number) => {
      runs += 1;
      return 2 * x;
    },
  };
  system.serve({ catalogue, handlers: counting, formulas, telemetry });
  const client = system.connect({ catalogue });
  expect(await client.twice(3)).toMatchObject({ value: 6 });
  await system.pass(1_000);
  expect(runs).toBe(1);
});
