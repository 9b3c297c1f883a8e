import { median } from '../measurement.ts';
import type { WorkMeasurement } from './work-measurement.ts';

/** The system with which all others are compared. */
export const yardstick = 'piscina';

/**
 * A line for each client of a load on each system. For several rounds, it has the median of times and the worst of
 * counts: the fewest answers, the most runs.
 */
export function workTable(measurements: readonly WorkMeasurement[]): string {
  const lines = grouped(measurements, ({ load, batch }) => `${load}\n${batch}`).flatMap((rows) => {
    const bare = rows.filter(({ system }) => system === yardstick);
    return grouped(rows, ({ system }) => system).map((rounds) => line(rounds, bare));
  });
  return [
    '| work | system | answered | handler runs | fallbacks | s | of the ideal | of Piscina | p99 ms | runs by process | failed | others use |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|---|---|---:|',
    ...lines,
  ].join('\n');
}

function line(rounds: readonly WorkMeasurement[], bare: readonly WorkMeasurement[]): string {
  const [first] = rounds as readonly [WorkMeasurement];
  const wallMs = wall(rounds);
  const most = rounds.reduce((worst, one) => (one.runs > worst.runs ? one : worst), first);
  const unasked = first.idealMs === undefined;
  const cells = [
    first.batch === 'all' ? first.load : `${first.load}: ${first.batch}`,
    first.system,
    `${whole(Math.min(...rounds.map(({ answered }) => answered)))} of ${whole(first.asked)}`,
    first.runsNeeded === most.runs ? whole(most.runs) : `${whole(most.runs)} for ${whole(first.runsNeeded)}`,
    whole(Math.max(...rounds.map(({ fallbacks }) => fallbacks))),
    (wallMs / 1_000).toFixed(1),
    unasked ? '' : ratio(wallMs, first.idealMs),
    unasked || bare.length === 0 || bare === rounds ? '' : ratio(wallMs, wall(bare)),
    milliseconds(median(rounds.map(({ p99Ms }) => p99Ms))),
    most.byProcess.map(whole).join(', '),
    failures(rounds),
    `${Math.round(100 * Math.max(...rounds.map(({ othersShare }) => othersShare)))} %`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function wall(rounds: readonly WorkMeasurement[]): number {
  return median(rounds.map(({ wallMs }) => wallMs));
}

function ratio(ms: number, ofMs: number): string {
  return (ms / ofMs).toFixed(2);
}

/** Of all rounds together. */
function failures(rounds: readonly WorkMeasurement[]): string {
  const codes = new Map<string, number>();
  for (const { failed, wrong } of rounds) {
    for (const [code, times] of Object.entries(failed)) codes.set(code, (codes.get(code) ?? 0) + times);
    if (wrong > 0) codes.set('wrong', (codes.get('wrong') ?? 0) + wrong);
  }
  return [...codes].map(([code, times]) => `${whole(times)} ${code}`).join(', ');
}

function milliseconds(ms: number): string {
  return Number.isNaN(ms) ? '' : whole(ms);
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en');
}
