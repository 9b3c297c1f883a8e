import type { Failure, Success } from '@cateto/contracts';
import { isFailure, limits } from '@cateto/contracts';
import type { Platform } from '../link/link.ts';
import type { Admitted } from './work.ts';

/*
 * What a server's status says of its runs. Runs are timed without an allocation for each: every run at first, then one of eight, and
 * those that are timed share a few places. A clock read costs 40 ns, and a microsecond handler would feel two of them.
 */

export interface RunCounts {
  /** Runs that were begun. */
  readonly runs: number;
  /** Runs that failed by a fault that is not the input's. */
  readonly errors: number;
  /** The median of the last runs that were timed; undefined before the first has ended. */
  readonly handlingMs: number | undefined;
}

export interface RunCounters {
  began(request: Admitted): void;
  /** Once for each run, however late. */
  ended(request: Admitted, outcome: Success | Failure): void;
  /** @param givenUp runs that were given up: each is an error, whatever it gives later */
  counts(givenUp: number): RunCounts;
}

/** So many runs are timed each, so that a server that does little has a figure too. */
const eachTimedMax = 64;
const oneOf = 8;
/** Runs that are timed at once. */
const placesMax = 4;
const recentMax = 64;

/** Outcomes that say something of the input, not of the server. */
const ofInput: ReadonlySet<string> = new Set(['out-of-domain', 'invalid-request', 'cancelled']);

export function createRunCounters({ nowMs }: Pick<Platform, 'nowMs'>): RunCounters {
  const timed = Array.from<Admitted | undefined>({ length: placesMax }).fill(undefined);
  const beganMs = new Float64Array(placesMax);
  let timedCount = 0;
  const recentMs = new Float64Array(recentMax);
  let recentCount = 0;
  let runs = 0;
  let failed = 0;

  function time(request: Admitted): void {
    const now = nowMs();
    let place = timed.indexOf(undefined);
    if (place >= 0) timedCount += 1;
    // A handler that never settles must not hold its place.
    else place = timed.findIndex((one) => one !== undefined && isGivenUp(one, now));
    if (place < 0) return;
    timed[place] = request;
    beganMs[place] = now;
  }

  function takeTime(request: Admitted): void {
    const place = timed.indexOf(request);
    if (place < 0) return;
    timed[place] = undefined;
    timedCount -= 1;
    // How long it would have taken is not known.
    if (isCancelled(request)) return;
    recentMs[recentCount % recentMax] = nowMs() - (beganMs[place] ?? 0);
    recentCount += 1;
  }

  /** What comes of a run that was given up, or that its requester cancelled, is no fault of its own. */
  function isFault(request: Admitted, { code }: Failure): boolean {
    return !ofInput.has(code) && !isCancelled(request) && !isGivenUp(request, nowMs());
  }

  return {
    began(request) {
      runs += 1;
      if (runs <= eachTimedMax || runs % oneOf === 0) time(request);
    },
    ended(request, outcome) {
      if (timedCount > 0) takeTime(request);
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

function isCancelled({ work }: Admitted): boolean {
  return work.underway === 'cancelled';
}

function isGivenUp({ deadlineMs }: Admitted, nowMs: number): boolean {
  return nowMs >= deadlineMs + limits.handlerGraceMs;
}

function median(values: Float64Array): number | undefined {
  return values.toSorted()[Math.floor(values.length / 2)];
}
