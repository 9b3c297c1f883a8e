import type { AnyFailureCode } from '@cateto/contracts';
import type { ResponderEffect, Scarce } from './types.ts';

/*
 * The reasons for which a responder refuses requests. A shortage begins with a refusal. It ends when nothing was
 * refused for two seconds and there is room. A server at its bound has room again and again for a moment, so each
 * shortage is reported twice, and not with every request.
 */

export interface Shortages {
  /** A request is refused, for lack of something or with this failure code. A new shortage is reported. */
  refuse(why: Scarce | AnyFailureCode, nowMs: number): void;
  /** How many requests were refused since the start, by reason. */
  refused(): Readonly<Record<string, number>>;
  /** Reports the shortages that are over. */
  tellRoom(nowMs: number): void;
  /** When the next one may be over. */
  deadlineMs(): number | undefined;
}

interface Shortage {
  readonly what: Scarce;
  readonly sinceMs: number;
  /** When it was last noticed. */
  untilMs: number;
  refused: number;
}

export interface ShortagesConfig {
  /** Whether the next request would be refused for this reason. */
  isFull(what: Scarce): boolean;
  emit(effect: Extract<ResponderEffect<never>, { type: 'full' | 'has-room' }>): void;
}

const quietMs = 2_000;
const scarce: ReadonlySet<string> = new Set<Scarce>(['requests', 'bytes', 'requesters', 'time']);
const isScarce = (why: string): why is Scarce => scarce.has(why);

export function createShortages({ isFull, emit }: ShortagesConfig): Shortages {
  const shortages = new Map<Scarce, Shortage>();
  const refused = new Map<string, number>();

  function isOver(shortage: Shortage, nowMs: number): boolean {
    if (nowMs - shortage.untilMs < quietMs) return false;
    if (!isFull(shortage.what)) return true;
    shortage.untilMs = nowMs;
    return false;
  }

  return {
    refuse(why, nowMs) {
      refused.set(why, (refused.get(why) ?? 0) + 1);
      if (!isScarce(why)) return;
      const known = shortages.get(why);
      if (known === undefined) {
        shortages.set(why, { what: why, sinceMs: nowMs, untilMs: nowMs, refused: 1 });
        emit({ type: 'full', what: why });
        return;
      }
      known.untilMs = nowMs;
      known.refused += 1;
    },
    refused: () => Object.fromEntries(refused),
    tellRoom(nowMs) {
      if (shortages.size === 0) return;
      for (const shortage of shortages.values()) {
        if (!isOver(shortage, nowMs)) continue;
        const { what, sinceMs, untilMs, refused: count } = shortage;
        shortages.delete(what);
        emit({ type: 'has-room', what, forMs: untilMs - sinceMs, refused: count });
      }
    },
    deadlineMs() {
      let dueMs: number | undefined;
      for (const { untilMs } of shortages.values())
        dueMs = Math.min(dueMs ?? Number.POSITIVE_INFINITY, untilMs + quietMs);
      return dueMs;
    },
  };
}
