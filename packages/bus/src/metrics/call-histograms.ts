import type { CallDurations } from '@cateto/contracts';
import { Histogram } from './histogram.ts';

/** The durations of the calls of one method, by outcome. */
export class CallHistograms {
  readonly method: string;
  private readonly succeeded = new Histogram();
  private failed: Map<string, Histogram> | undefined;

  constructor(method: string) {
    this.method = method;
  }

  /** @param error the failure code; undefined for a value */
  ended(error: string | undefined, ms: number): void {
    if (error === undefined) this.succeeded.add(ms);
    else this.failedWith(error).add(ms);
  }

  /** Codes are those of the protocol and of the contract, so they are few. */
  private failedWith(code: string): Histogram {
    this.failed ??= new Map();
    let histogram = this.failed.get(code);
    if (histogram === undefined) this.failed.set(code, (histogram = new Histogram()));
    return histogram;
  }

  /** Without outcomes that no call has had: a catalogue may have thousands of contracts. */
  all(): CallDurations[] {
    const { method } = this;
    const outcomes: readonly (readonly [string | undefined, Histogram])[] = [
      [undefined, this.succeeded],
      ...(this.failed ?? []),
    ];
    return outcomes
      .filter(([, histogram]) => !histogram.isEmpty())
      .map(([error, histogram]) => ({ method, error, durations: histogram.durations() }));
  }
}
