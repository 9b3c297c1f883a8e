/*
 * The return path: whether messages to a participant reach it. A publisher learns from subscriptions which participants
 * it can reach, but not whether answers reach itself. So it sends a hello to itself through the brokers. When the
 * current hello comes back, the return path is confirmed (docs/wire.md, "The return path"). A welcome message of a
 * broker would prove one link only: publishing right after one lost 57 of 100 messages.
 *
 * Rules:
 * - The return path becomes unconfirmed, and the counter grows, when a marker appears or vanishes and when the
 *   subscriber reconnects, because an older hello proves nothing about the new links.
 * - While a marker is present and the return path is unconfirmed, the hello is repeated after 5, 10, 20 … 100 ms. A
 *   single hello could be lost, because the subscriber may connect later than the publisher.
 * - A server subscribes to its request topics when its return path is first confirmed (`serve`), and withdraws them
 *   when it has had no marker for a second (`withdraw`), so that no requester counts on a server that it cannot reach.
 */

export type ReturnPathInput =
  /** A marker appeared or vanished; `held` markers remain. */
  | { readonly type: 'markers-changed'; readonly held: number }
  | { readonly type: 'reconnected' }
  | { readonly type: 'hello-heard'; readonly counter: number }
  | { readonly type: 'tick' };

export type ReturnPathEffect =
  | { readonly type: 'say-hello'; readonly counter: number }
  | { readonly type: 'confirmed' }
  | { readonly type: 'unconfirmed' }
  /**
   * There was no marker for a second: withdraw the request topics. Subscribe to them again with the next `confirmed`.
   */
  | { readonly type: 'withdraw' };

export interface ReturnPath {
  handle(input: ReturnPathInput, nowMs: number): readonly ReturnPathEffect[];
  deadlineMs(): number | undefined;
  isConfirmed(): boolean;
  /** Why it is not confirmed; undefined when it is. */
  obstacle(): 'no-broker' | 'no-return-path' | undefined;
}

const firstRepeatMs = 5;
const lastRepeatMs = 100;
const withdrawAfterMs = 1_000;

const nothing: readonly ReturnPathEffect[] = [];

export function createReturnPath(): ReturnPath {
  let markersHeld = 0;
  let counter = 0;
  let confirmed = false;
  let repeatMs = firstRepeatMs;
  let repeatDueMs: number | undefined;
  let withdrawDueMs: number | undefined;

  function doubt(nowMs: number): readonly ReturnPathEffect[] {
    counter += 1;
    const effects: ReturnPathEffect[] = confirmed ? [{ type: 'unconfirmed' }] : [];
    confirmed = false;
    if (markersHeld > 0) {
      repeatMs = firstRepeatMs;
      repeatDueMs = nowMs + repeatMs;
      effects.push({ type: 'say-hello', counter });
    } else {
      repeatDueMs = undefined;
    }
    return effects;
  }

  function overdue(nowMs: number): readonly ReturnPathEffect[] {
    const effects: ReturnPathEffect[] = [];
    if (repeatDueMs !== undefined && nowMs >= repeatDueMs) {
      repeatMs = Math.min(repeatMs * 2, lastRepeatMs);
      repeatDueMs = nowMs + repeatMs;
      effects.push({ type: 'say-hello', counter });
    }
    if (withdrawDueMs !== undefined && nowMs >= withdrawDueMs) {
      withdrawDueMs = undefined;
      effects.push({ type: 'withdraw' });
    }
    return effects;
  }

  return {
    handle(input, nowMs) {
      switch (input.type) {
        case 'markers-changed':
          if (input.held > 0) withdrawDueMs = undefined;
          else if (markersHeld > 0) withdrawDueMs = nowMs + withdrawAfterMs;
          markersHeld = input.held;
          return doubt(nowMs);
        case 'reconnected':
          return doubt(nowMs);
        case 'hello-heard':
          // An older hello came over links that may be gone, and without a marker no link can be trusted to last.
          if (confirmed || input.counter !== counter || markersHeld === 0) return nothing;
          confirmed = true;
          repeatDueMs = undefined;
          return [{ type: 'confirmed' }];
        case 'tick':
          return overdue(nowMs);
      }
    },
    deadlineMs: () => earliest(repeatDueMs, withdrawDueMs),
    isConfirmed: () => confirmed,
    obstacle() {
      if (confirmed) return undefined;
      return markersHeld === 0 ? 'no-broker' : 'no-return-path';
    },
  };
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
