import type { Fault } from './history.ts';
import type { Request } from './requests.ts';
import { overlaps } from './requests.ts';

/** A time in which no request was answered. */
export interface Silence {
  readonly lengthMs: number;
  readonly touched: readonly Fault[];
}

/** From one answer to the next. The first and the last request are the ends. */
export function silences(requests: ReadonlyMap<number, Request>, faults: readonly Fault[]): Silence[] {
  const asked = [...requests.values()].map(({ askedMs }) => askedMs).toSorted((one, other) => one - other);
  const first = asked[0];
  const last = asked.at(-1);
  if (first === undefined || last === undefined) return [];
  const answers = [...requests.values()]
    .flatMap(({ settlements }) => settlements.slice(0, 1))
    .filter(({ outcome }) => 'value' in outcome)
    .map(({ settledMs }) => settledMs)
    .toSorted((one, other) => one - other);
  const ends = [first, ...answers, Math.max(last, answers.at(-1) ?? last)];
  return ends.slice(1).map((toMs, index) => {
    const fromMs = ends[index] ?? toMs;
    const touched = faults.filter((fault) => overlaps(fault, { fromMs, toMs }));
    return { lengthMs: toMs - fromMs, touched };
  });
}
