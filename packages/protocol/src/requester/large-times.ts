/*
 * How long a server takes for large requests of a contract. Decides whether they are sent at a pace (large-pace.ts): where
 * even the fastest of the last 15 to 30 s took 100 ms, handlers take most of that time, and the pace would leave slots of
 * the server idle. The fastest one counts, because others may have taken long only because many were on their way.
 */
import { limits } from '@cateto/contracts';

export interface LargeTimes {
  /** The shortest time since `sinceMs`, and of the period before. */
  fastestMs: number;
  fastestBeforeMs: number;
  sinceMs: number;
}

const periodMs = 15_000;
const unknown = Number.POSITIVE_INFINITY;

/** A large request took so long, from its sending to its answer. @returns the given times with it, or the first ones */
export function withTime(times: LargeTimes | undefined, tookMs: number, nowMs: number): LargeTimes {
  if (times === undefined) return { fastestMs: tookMs, fastestBeforeMs: unknown, sinceMs: nowMs };
  if (nowMs >= times.sinceMs + periodMs) {
    times.fastestBeforeMs = nowMs < times.sinceMs + 2 * periodMs ? times.fastestMs : unknown;
    times.fastestMs = unknown;
    times.sinceMs = nowMs;
  }
  times.fastestMs = Math.min(times.fastestMs, tookMs);
  return times;
}

/** While nothing is known, requests are presumed to be quick. */
export function areLong(times: LargeTimes | undefined): boolean {
  return times !== undefined && Math.min(times.fastestMs, times.fastestBeforeMs) >= limits.pacedMs;
}
