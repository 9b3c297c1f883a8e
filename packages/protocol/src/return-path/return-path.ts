/*
 * The return path: whether a participant can hear what is sent to it.
 *
 * A publisher learns from subscriptions whom it can reach; nothing tells it whether answers reach itself. So it says
 * hello to itself through the brokers, and its return path is confirmed when the current hello comes back
 * (docs/wire.md, "The return path"). A welcome message would prove one link only: publishing right after one lost
 * 57 of 100 messages.
 *
 * Rules kept:
 * - The return path is unconfirmed, and the counter grows, when a marker appears or vanishes and when the Subscriber reconnects:
 *   an older hello proves nothing about the new links.
 * - While a marker is held and the return path is unconfirmed, the hello is repeated after 5, 10, 20 … 100 ms. Sent once it can
 *   be lost: the Subscriber may be linked later than the publisher.
 * - A server subscribes to its request topics at the first proof (`serve`) and withdraws them when it has held no
 *   marker for a second (`withdraw`): others must not count on what cannot hear them.
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
  /** No marker for a second: withdraw the request topics. The next `confirmed` is the sign to subscribe to them again. */
  | { readonly type: 'withdraw' };

export interface ReturnPath {
  handle(input: ReturnPathInput, nowMs: number): readonly ReturnPathEffect[];
  deadlineMs(): number | undefined;
  isConfirmed(): boolean;
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
          // An older hello came over links that may be gone; without a marker none can be trusted to last.
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
  };
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
