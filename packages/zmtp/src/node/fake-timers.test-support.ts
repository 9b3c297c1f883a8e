import { onTestFinished, vi } from 'vitest';
import { timers } from './timers.ts';

type Faked = 'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval';

/** Timers that a test moves by hand, also for the bus, which otherwise keeps Node's original timers. */
export function useFakeTimers(toFake: readonly Faked[]): void {
  const before = { ...timers };
  vi.useFakeTimers({ toFake: [...toFake] });
  Object.assign(timers, Object.fromEntries(toFake.map((name) => [name, globalThis[name]])));
  onTestFinished(() => {
    Object.assign(timers, before);
    vi.useRealTimers();
  });
}
