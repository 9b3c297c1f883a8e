import type { Scarce } from './types.ts';

/*
 * The reasons for which a responder refuses requests. A shortage begins with a refusal. It ends when nothing was
 * refused for two seconds and there is room. A server at its bound has room again and again for a moment, so each
 * shortage is reported twice, and not with every request.
 */

export interface Shortages {
  /** A request is refused for this reason. @returns whether the shortage is new */
  refuse(what: Scarce, nowMs: number): boolean;
  none(): boolean;
  /** The shortages that are over. */
  over(nowMs: number): readonly Shortage[];
  /** When the next one may be over. */
  deadlineMs(): number | undefined;
}

export interface Shortage {
  readonly what: Scarce;
  readonly sinceMs: number;
  /** When it was last noticed. */
  untilMs: number;
  refused: number;
}

export interface ShortagesConfig {
  /** Whether the next request would be refused for this reason. */
  isFull(what: Scarce): boolean;
}

const quietMs = 2_000;

export function createShortages({ isFull }: ShortagesConfig): Shortages {
  const shortages = new Map<Scarce, Shortage>();

  function isOver(shortage: Shortage, nowMs: number): boolean {
    if (nowMs - shortage.untilMs < quietMs) return false;
    if (!isFull(shortage.what)) return true;
    shortage.untilMs = nowMs;
    return false;
  }

  return {
    refuse(what, nowMs) {
      const known = shortages.get(what);
      if (known === undefined) {
        shortages.set(what, { what, sinceMs: nowMs, untilMs: nowMs, refused: 1 });
        return true;
      }
      known.untilMs = nowMs;
      known.refused += 1;
      return false;
    },
    none: () => shortages.size === 0,
    over(nowMs) {
      const over = [...shortages.values()].filter((one) => isOver(one, nowMs));
      for (const { what } of over) shortages.delete(what);
      return over;
    },
    deadlineMs() {
      let dueMs: number | undefined;
      for (const { untilMs } of shortages.values())
        dueMs = Math.min(dueMs ?? Number.POSITIVE_INFINITY, untilMs + quietMs);
      return dueMs;
    },
  };
}
