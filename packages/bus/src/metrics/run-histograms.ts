import type { CallDurations, MethodDurations } from '@cateto/contracts';
import { CallHistograms } from './call-histograms.ts';
import { Histogram } from './histogram.ts';

/*
 * The durations of a server's requests for one contract. The clock is not read here: the queue of a server reads it
 * when a run begins and when it ends.
 */

/** Unknown formulas share one kind of run, which has no name. */
const unknownMethod = '_OTHER';
/** The largest time that is noted in a small integer. No request waits for longer: its requester would be told. */
const waitedUsMax = 2 ** 30;

/** A request on its way through a server. */
export interface Timed {
  /** When it was admitted. */
  readonly sinceMs: number;
  readonly work: { waitedUs: number };
}

export class RunHistograms {
  readonly method: string;
  private readonly calls: CallHistograms;
  private readonly waits = new Histogram();
  private readonly runs = new Histogram();

  constructor(contract: string) {
    this.method = contract === '' ? unknownMethod : contract;
    this.calls = new CallHistograms(this.method);
  }

  began({ work, sinceMs }: Timed, nowMs: number): void {
    const waitedMs = nowMs - sinceMs;
    this.waits.add(waitedMs);
    // Not the time of the begin: a number that is not a small integer takes memory of its own for each request.
    work.waitedUs = waitedMs > 0 ? Math.min(waitedMs * 1_000, waitedUsMax) | 0 : 0;
  }

  ended({ work, sinceMs }: Timed, error: string | undefined, nowMs: number): void {
    const ms = nowMs - sinceMs;
    this.calls.ended(error, ms);
    this.runs.add(ms - work.waitedUs / 1_000);
  }

  /** It was answered without having run. */
  missed({ sinceMs }: Timed, error: string, nowMs: number): void {
    this.calls.ended(error, nowMs - sinceMs);
  }

  durations(): { readonly calls: CallDurations[]; readonly waits: MethodDurations; readonly runs: MethodDurations } {
    const { method } = this;
    return {
      calls: this.calls.all(),
      waits: { method, durations: this.waits.durations() },
      runs: { method, durations: this.runs.durations() },
    };
  }
}
