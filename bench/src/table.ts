import type { Measurement } from './measurement.ts';
import { byLoad, median, sum } from './measurement.ts';

/** Medians over the rounds as a Markdown table. */
export function table(measurements: readonly Measurement[]): string {
  const rows = byLoad(measurements).map((rounds) => {
    const of = (take: (one: Measurement) => number): number => median(rounds.map(take));
    const rates = rounds.map(({ perSecond }) => perSecond);
    const [first] = rounds;
    const cells = [
      first?.suite ?? '',
      first?.load ?? '',
      whole(of(({ perSecond }) => perSecond)),
      `${whole(Math.min(...rates))} to ${whole(Math.max(...rates))}`,
      of(({ p50Ms }) => p50Ms).toFixed(2),
      of(({ p99Ms }) => p99Ms).toFixed(2),
      of(({ longestMs }) => longestMs).toFixed(0),
      of(({ gapMs }) => gapMs).toFixed(0),
      of(({ cpuUs }) => sum(Object.values(cpuUs))).toFixed(1),
      roles(rounds),
      of(({ residentMiB }) => sum(Object.values(residentMiB))).toFixed(0),
      whole(sum(rounds.map(({ failed, wrong }) => sum(Object.values(failed)) + wrong))),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| suite | load | answers/s | spread | p50 ms | p99 ms | longest ms | gap ms | CPU µs | of it | MiB | failed or wrong |',
    '|---|---|---:|---|---:|---:|---:|---:|---:|---|---:|---:|',
    ...rows,
  ].join('\n');
}

function roles(rounds: readonly Measurement[]): string {
  return Object.keys(rounds[0]?.cpuUs ?? {})
    .map((role) => `${role} ${median(rounds.map(({ cpuUs }) => cpuUs[role] ?? 0)).toFixed(1)}`)
    .join(', ');
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en');
}
