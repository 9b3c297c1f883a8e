import type { Failure, Success } from '@cateto/contracts';
import { failure, isFailure, isOfProtocol, limits } from '@cateto/contracts';
import { RunHistograms } from '../metrics/run-histograms.ts';
import type { Admitted, Run } from './work.ts';

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
  began(request: Admitted, nowMs: number): void;
  /** A run took this long from its begin to its outcome. Not every run is timed. */
  took(ms: number): void;
  /** Called once for each run, however late it ends. */
  ended(request: Admitted, outcome: Success | Failure, nowMs: number): void;
  /** The turn of a request did not come in time. @returns its outcome */
  missed(request: Admitted, nowMs: number): Failure;
  /** How long the requests for each contract took. */
  histograms(): readonly RunHistograms[];
  /** @param givenUp how many runs were given up: each is an error, whatever its later outcome */
  counts(givenUp: number): RunCounts;
}

const recentMax = 64;
const tooLate = failure('deadline-exceeded', 'its turn did not come before the deadline');

/** Failures that concern the input, not the server. */
const ofInput: ReadonlySet<string> = new Set(['out-of-domain', 'invalid-request', 'cancelled']);

export function createRunCounters(): RunCounters {
  const histograms: RunHistograms[] = [];
  const recentMs = new Float64Array(recentMax);
  let recentCount = 0;
  let runs = 0;
  let failed = 0;

  function histogramsOf(run: Run): RunHistograms {
    if (run.histograms !== undefined) return run.histograms;
    const created = new RunHistograms(run.contract);
    run.histograms = created;
    histograms.push(created);
    return created;
  }

  /** A failure that the contract declares is an answer. The outcome of a run that was given up or cancelled is not a fault. */
  function isFault(request: Admitted, { code }: Failure, nowMs: number): boolean {
    return (
      isOfProtocol(code) && !ofInput.has(code) && request.work.underway !== 'cancelled' && !isGivenUp(request, nowMs)
    );
  }

  return {
    began(request, nowMs) {
      runs += 1;
      histogramsOf(request.work.run).began(request, nowMs);
    },
    took(ms) {
      recentMs[recentCount % recentMax] = ms;
      recentCount += 1;
    },
    ended(request, outcome, nowMs) {
      const fault = isFailure(outcome) ? outcome : undefined;
      if (fault !== undefined && isFault(request, fault, nowMs)) failed += 1;
      histogramsOf(request.work.run).ended(request, fault?.code, nowMs);
    },
    missed(request, nowMs) {
      const { run } = request.work;
      histogramsOf(run).missed(request, tooLate.code, nowMs);
      run.spans?.missed(request, tooLate, nowMs);
      return tooLate;
    },
    histograms: () => histograms,
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
