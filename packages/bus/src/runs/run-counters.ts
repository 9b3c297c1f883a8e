import type { Failure, Success } from '@cateto/contracts';
import { isFailure, isOfProtocol, limits } from '@cateto/contracts';
import type { Platform } from '../link/link.ts';
import type { Admitted } from './work.ts';

/* The part of a server's status about its runs. */

export interface RunCounts {
  /** How many runs have begun. */
  readonly runs: number;
  /** How many runs have failed for a reason other than their input. */
  readonly errors: number;
  /** The median of the last timed runs; undefined before the first one has ended. */
  readonly handlingMs: number | undefined;
}

export interface RunCounters {
  began(): void;
  /** A run took this long from its begin to its outcome. Not every run is timed. */
  took(ms: number): void;
  /** Called once for each run, however late it ends. */
  ended(request: Admitted, outcome: Success | Failure): void;
  /** @param givenUp how many runs were given up: each is an error, whatever its later outcome */
  counts(givenUp: number): RunCounts;
}

const recentMax = 64;

/** Failures that concern the input, not the server. */
const ofInput: ReadonlySet<string> = new Set(['out-of-domain', 'invalid-request', 'cancelled']);

export function createRunCounters({ nowMs }: Pick<Platform, 'nowMs'>): RunCounters {
  const recentMs = new Float64Array(recentMax);
  let recentCount = 0;
  let runs = 0;
  let failed = 0;

  /** A failure that the contract declares is an answer. The outcome of a run that was given up or cancelled is no fault. */
  function isFault(request: Admitted, { code }: Failure): boolean {
    return (
      isOfProtocol(code) && !ofInput.has(code) && request.work.underway !== 'cancelled' && !isGivenUp(request, nowMs())
    );
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

/** Whether the responder has given the run up. */
export function isGivenUp({ deadlineMs }: Admitted, nowMs: number): boolean {
  return nowMs >= deadlineMs + limits.handlerGraceMs;
}

function median(values: Float64Array): number | undefined {
  return values.toSorted()[Math.floor(values.length / 2)];
}
