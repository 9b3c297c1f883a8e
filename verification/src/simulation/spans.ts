import type { FaultSpan, Life } from './history.ts';

/** A stretch of simulated time. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The parts of a span without faults, cut where a process begins or ends. */
export function minus(span: Span, faults: readonly FaultSpan[], lives: readonly Life[]): Span[] {
  let left: Span[] = [span];
  const holes: Span[] = [
    ...faults.map(({ fromMs, toMs }) => ({ fromMs, toMs })),
    ...lives.flatMap(({ fromMs, toMs }) => [
      { fromMs, toMs: fromMs },
      { fromMs: toMs, toMs },
    ]),
  ];
  for (const hole of holes) {
    left = left.flatMap((one) =>
      hole.toMs < one.fromMs || hole.fromMs > one.toMs
        ? [one]
        : [
            { fromMs: one.fromMs, toMs: hole.fromMs },
            { fromMs: hole.toMs, toMs: one.toMs },
          ].filter(({ fromMs, toMs }) => toMs > fromMs),
    );
  }
  return left;
}

/** The times up to the end that no span covers. */
export function without(spans: readonly Span[], endMs: number): Span[] {
  const left: Span[] = [];
  let coveredMs = 0;
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (fromMs > coveredMs) left.push({ fromMs: coveredMs, toMs: fromMs });
    coveredMs = Math.max(coveredMs, toMs);
  }
  if (coveredMs < endMs) left.push({ fromMs: coveredMs, toMs: endMs });
  return left;
}
