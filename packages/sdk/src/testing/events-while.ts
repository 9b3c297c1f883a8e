import type { SystemEvents } from '../events.ts';

/** Events whose `next()` and `return()` run inside of `during`, which lets virtual time pass, for example. */
export function eventsWhile(events: SystemEvents, during: <T>(step: () => Promise<T>) => Promise<T>): SystemEvents {
  const stepwise: SystemEvents = {
    next: () => during(() => events.next()),
    return: () => during(() => events.return()),
    position: () => events.position(),
    missing: () => events.missing(),
    get caughtUp() {
      return during(() => events.caughtUp);
    },
    [Symbol.asyncIterator]: () => stepwise,
    [Symbol.asyncDispose]: async () => void (await stepwise.return()),
  };
  return stepwise;
}
