import type { Failure } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import { memoryEstimate } from '@cateto/protocol';

/** The results that a generator has received: their size, and the failures with which its formula may end. */
export class ReceivedResults {
  private bytes = 0;
  private failures: Set<unknown> | undefined;

  output(output: unknown): void {
    this.bytes += entryBytes + memoryEstimate(output);
  }

  /** The failure is frozen: if the formula ends with it, it is sent as it came. */
  failure(failed: Failure): void {
    this.failures ??= new Set();
    this.failures.add(Object.freeze(failed));
    this.bytes += failureBytes + memoryEstimate(failed.data);
  }

  /** Whether the value is a failure that the generator has received, and not one that its code has made. */
  has(value: unknown): boolean {
    return this.failures?.has(value) === true;
  }

  isTooMuch(): boolean {
    return this.bytes > limits.formulaResultsBytesMax;
  }
}

const entryBytes = 8;
const failureBytes = 512;
