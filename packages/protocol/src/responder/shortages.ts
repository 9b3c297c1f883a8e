import type { AnyFailureCode } from '@cateto/contracts';
import type { Scarce } from './types.ts';

/*
 * The reasons for which a responder refuses requests. A shortage begins with a refusal. It ends when nothing was
 * refused for two seconds and there is room. A server at its bound has room again and again for a moment, so each
 * shortage is reported twice, and not with every request.
 */

export interface Shortages {
  /**
   * A request is refused, for lack of something or with this failure code. @returns what is lacking, if the shortage is
   * new
   */
  refuse(why: Scarce | AnyFailureCode, nowMs: number): Scarce | undefined;
  /** How many requests were refused since the start, by reason. */
  refused(): Readonly<Record<string, number>>;
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
const isScarce = (why: string): why is Scarce => why === 'requests' || why === 'requesters' || why === 'time';

export function createShortages({ isFull }: ShortagesConfig): Shortages {
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
      if (!isScarce(why)) return undefined;
      const known = shortages.get(why);
      if (known === undefined) {
        shortages.set(why, { what: why, sinceMs: nowMs, untilMs: nowMs, refused: 1 });
        return why;
      }
      known.untilMs = nowMs;
      known.refused += 1;
      return undefined;
    },
    refused: () => Object.fromEntries(refused),
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
