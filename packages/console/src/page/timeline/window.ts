import { computed, signal } from '@preact/signals';
import type { Failover } from '../../shared/state.ts';
import { failovers, events, state } from '../store.ts';

/* The part of the time that is shown: the last minutes, or a failover. */

export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

export const choice = signal<string>('60');

export const choices: readonly (readonly [value: string, text: string])[] = [
  ['60', 'Last minute'],
  ['300', 'Last 5 minutes'],
  ['900', 'Last 15 minutes'],
  ['all', 'Everything'],
];

/** The choice that shows this failover. */
export function failoverChoice({ epoch }: Failover): string {
  return `failover-${epoch}`;
}

/** The failover that is shown; undefined when a range of time is shown. */
export const shownFailover = computed<Failover | undefined>(() => {
  return failovers.value.find((one) => failoverChoice(one) === choice.value);
});

/** The time that is shown before and after a failover. */
const aroundMs = 600;

export const shownTime = computed<TimeWindow>(() => {
  const nowMs = state.value?.atMs ?? 0;
  const failover = shownFailover.value;
  if (failover !== undefined) {
    const fromMs = Math.min(failover.began?.atMs ?? failover.atMs, failover.atMs);
    const { silence, atMs } = failover;
    return {
      fromMs: Math.min(silence?.fromMs ?? fromMs, fromMs) - aroundMs,
      toMs: Math.max(silence?.toMs ?? 0, atMs) + aroundMs,
    };
  }
  const firstMs = events.value[0]?.atMs ?? nowMs - 60_000;
  const seconds = Number(choice.value);
  return { fromMs: Number.isNaN(seconds) ? firstMs - 1_000 : nowMs - seconds * 1_000, toMs: nowMs };
});

const stepsMs = [
  10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000,
];

/** The times of the axis: round ones, at most so many. */
export function ticksOf(
  { fromMs, toMs }: TimeWindow,
  most: number,
): { readonly stepMs: number; readonly atMs: number[] } {
  const stepMs = stepsMs.find((step) => (toMs - fromMs) / step <= most) ?? 86_400_000;
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  const count = Math.max(0, Math.floor((toMs - first) / stepMs) + 1);
  return { stepMs, atMs: Array.from({ length: count }, (_, index) => first + index * stepMs) };
}
