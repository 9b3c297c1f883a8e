import type { Counts } from '@cateto/contracts';
import { createCounts } from '../metrics/counts.ts';
import type { Platform } from '../link/link.ts';

/**
 * Counts events that can be very frequent. Reports each kind at once when it first happens, and then at most once a
 * second with its count since the last report.
 */
export interface ThrottledCounter {
  count(subject: string, cause: string): void;
  /** Counts an event that something else reports. */
  countUntold(cause: string): void;
  /** The count since the start, over all kinds. */
  total(): number;
  /** The same, by cause. */
  causes(): Counts;
  /** Reports what was counted and not reported yet. */
  close(): void;
}

export type Report = (subject: string, cause: string, count: number) => void;

interface Kind {
  readonly subject: string;
  readonly cause: string;
  count: number;
}

const reportEveryMs = 1_000;
/** How many kinds are distinguished within a second. Topics that a stranger invents share the last one. */
const kindsMax = 64;

export function createThrottledCounter(platform: Platform, report: Report): ThrottledCounter {
  const kinds = new Map<string, Kind>();
  const causes = createCounts();
  let total = 0;
  let cancel: (() => void) | undefined;

  function reportAll(): void {
    cancel = undefined;
    for (const [key, kind] of kinds) {
      if (kind.count === 0) {
        kinds.delete(key);
      } else {
        report(kind.subject, kind.cause, kind.count);
        kind.count = 0;
      }
    }
    if (kinds.size > 0) cancel = platform.after(reportEveryMs, reportAll);
  }

  function countUntold(cause: string): void {
    total += 1;
    causes.count(cause);
  }

  return {
    countUntold,
    count(subject, cause) {
      countUntold(cause);
      const known = kinds.get(`${subject} ${cause}`) ?? kinds.get(`others ${cause}`);
      if (known !== undefined) {
        known.count += 1;
        return;
      }
      const shown = kinds.size < kindsMax ? subject : 'others';
      kinds.set(`${shown} ${cause}`, { subject: shown, cause, count: 0 });
      report(shown, cause, 1);
      cancel ??= platform.after(reportEveryMs, reportAll);
    },
    total: () => total,
    causes: causes.all,
    close() {
      cancel?.();
      cancel = undefined;
      for (const { subject, cause, count } of kinds.values()) if (count > 0) report(subject, cause, count);
      kinds.clear();
    },
  };
}
