import type { Failure, Success } from '@cateto/contracts';
import { isFailure, limits } from '@cateto/contracts';
import type { Platform } from '../link/link.ts';
import type { Admitted } from './work.ts';

/* What a server's status says of its runs. */

export interface RunCounts {
  /** Runs that were begun. */
  readonly runs: number;
  /** Runs that failed by a fault that is not the input's. */
  readonly errors: number;
  /** The median of the last runs that were timed; undefined before the first has ended. */
  readonly handlingMs: number | undefined;
}

export interface RunCounters {
  began(): void;
  /** A run took so long from its begin to its outcome. Not every run is timed. */
  took(ms: number): void;
  /** Once for each run, however late. */
  ended(request: Admitted, outcome: Success | Failure): void;
  /** @param givenUp runs that were given up: each is an error, whatever it gives later */
  counts(givenUp: number): RunCounts;
}

const recentMax = 64;

/** Outcomes that say something of the input, not of the server. */
const ofInput: ReadonlySet<string> = new Set(['out-of-domain', 'invalid-request', 'cancelled']);

export function createRunCounters({ nowMs }: Pick<Platform, 'nowMs'>): RunCounters {
  const recentMs = new Float64Array(recentMax);
  let recentCount = 0;
  let runs = 0;
  let failed = 0;

  /** What comes of a run that was given up, or that its requester cancelled, is no fault of its own. */
  function isFault(request: Admitted, { code }: Failure): boolean {
    return !ofInput.has(code) && request.work.underway !== 'cancelled' && !isGivenUp(request, nowMs());
  }

  return {
    began() {
      runs += 1;
    },
    took(ms) {
      recentMs[recentCount % recentMax] = ms;
      recentCount += 1;
    },
    ended(request, outcome) {
      if (isFailure(outcome) && isFault(request, outcome)) failed += 1;
    },
    counts(givenUp) {
      return {
        runs,
        errors: failed + givenUp,
        handlingMs: median(recentMs.slice(0, Math.min(recentCount, recentMax))),
      };
    },
  };
}

/** Its responder waits for it no more. */
export function isGivenUp({ deadlineMs }: Admitted, nowMs: number): boolean {
  return nowMs >= deadlineMs + limits.handlerGraceMs;
}

function median(values: Float64Array): number | undefined {
  return values.toSorted()[Math.floor(values.length / 2)];
}
