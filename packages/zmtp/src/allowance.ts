/*
 * How many commands and subscriptions a peer may send. A subscription costs its sender 30 bytes, and the broker an entry
 * in its tables and a message to every publisher.
 */

export interface AllowanceLimits {
  /** The number that may come at once. */
  readonly burst: number;
  /** The number a second after that. */
  readonly perSecond: number;
}

export interface Allowance {
  /** @returns false when nothing is left */
  take(): boolean;
  /** One tick has passed. */
  tick(): void;
}

const secondMs = 1_000;

export function createAllowance({ burst, perSecond }: AllowanceLimits, tickMs: number): Allowance {
  const perTick = (perSecond * tickMs) / secondMs;
  let left = burst;
  return {
    take() {
      left -= 1;
      return left >= 0;
    },
    tick() {
      left = Math.min(burst, left + perTick);
    },
  };
}
