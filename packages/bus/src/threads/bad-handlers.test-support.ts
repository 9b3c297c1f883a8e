import type { Handler } from '@cateto/contracts';
import { failure } from '@cateto/contracts';

/** Handlers with typical faults, and some without. A thread loads them as a module. */
export const handlers: Readonly<Record<string, Handler>> = {
  echo: (input) => input,
  loop() {
    for (;;);
  },
  busy(input) {
    const endMs = performance.now() + Number(input);
    while (performance.now() < endMs);
    return input;
  },
  'progress-and-be-busy'(input, { progress }) {
    progress(0.5);
    const endMs = performance.now() + Number(input);
    while (performance.now() < endMs);
    return input;
  },
  'log-and-be-busy'(input, { log }) {
    log('begins');
    const endMs = performance.now() + Number(input);
    while (performance.now() < endMs);
    return input;
  },
  exit: () => process.exit(7),
  never: () => new Promise(() => undefined),
  'throw-later': () => {
    setTimeout(() => {
      throw new Error('later');
    });
    return new Promise(() => undefined);
  },
  'throw-when-answered': () => {
    setTimeout(() => {
      throw new Error('long after');
    }, 20);
    return 1;
  },
  'throw-function': () => {
    throw Object.assign(() => undefined, { toString: () => 'a function' });
  },
  'give-function': () => () => undefined,
  'give-rejections': () => [Promise.reject(new Error('nobody waits'))] as never,
  /** Waits for its signal, and returns 1 when the signal aborts because of the deadline. */
  heeds: (_input, { signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve((signal.reason as Error).name === 'TimeoutError' ? 1 : 0));
    }),
  /** Waits for its signal, and returns the reason of the abort. */
  'heeds-cancelling': (_input, { signal, progress }) =>
    new Promise((resolve) => {
      progress(0);
      signal.addEventListener('abort', () => resolve((signal.reason as Error).name));
    }),
  /** Checks its signal while it blocks its thread. */
  'looks-at-its-signal'(_input, context) {
    context.progress(0);
    const endMs = performance.now() + 60_000;
    while (!context.signal.aborted && performance.now() < endMs);
    return context.signal.aborted ? (context.signal.reason as Error).name : 'not cancelled';
  },
  fail: () => failure('out-of-domain', 'not there'),
  log(input, { log }) {
    log('halfway');
    return input;
  },
  throw() {
    throw new RangeError('broken here');
  },
  left: (_input, { leftMs }) => leftMs,
  'left-by-clock': (_input, { deadlineMs }) => deadlineMs - performance.now(),
};
