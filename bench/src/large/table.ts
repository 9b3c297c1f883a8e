import { medianRatio } from '../compared.ts';
import { median, sum } from '../measurement.ts';
import type { Burst, BurstPair, LargeMeasurement, SmallPair } from './large-measurement.ts';
import { targets } from './large-measurement.ts';

/** The medians over all turns of all rounds, beside their targets. Counts are sums. */
export function largeTables(measurements: readonly LargeMeasurement[]): string {
  const bursts = measurements.filter((one) => one.type === 'bursts');
  const small = measurements.filter((one) => one.type === 'small');
  return [burstTable(bursts), smallTable(small)].join('\n\n');
}

/** One turn, as it is told while the suite runs. */
export function largeLine(one: LargeMeasurement): string {
  if (one.type === 'small') {
    const { servers, way, quiet, loaded } = one;
    const name = `small requests to ${serversText(servers)}, large values ${way}`;
    return `${name}: p99 ${ms(quiet.p99Ms)} ms, loaded ${ms(loaded.p99Ms)} ms`;
  }
  const { way, atOnce, fewAtOnce } = one;
  const answered = `${atOnce.answered} and ${fewAtOnce.answered} answered`;
  return `large values ${way}: at once ${seconds(atOnce.wallMs)} s, few at a time ${seconds(fewAtOnce.wallMs)} s, ${answered}`;
}

function serversText(servers: SmallPair['servers']): string {
  return servers === 'shared' ? 'the same servers' : 'other servers';
}

function burstTable(pairs: readonly BurstPair[]): string {
  const rows = grouped(pairs, ({ way }) => way).map((turns) => {
    const [atOnce, few] = [turns.map((one) => one.atOnce), turns.map((one) => one.fewAtOnce)];
    const all = [...atOnce, ...few];
    const cells = [
      turns[0]?.way ?? '',
      seconds(median(atOnce.map(wallOf))),
      seconds(median(few.map(wallOf))),
      medianRatio(atOnce.map(wallOf), few.map(wallOf)).toFixed(2),
      `at most ${targets.burst}`,
      `${whole(sum(all.map(({ answered }) => answered)))} of ${whole(sum(all.map(({ asked }) => asked)))}`,
      `${sent(atOnce)}, ${sent(few)}`,
      whole(sum(all.map(({ resent }) => resent))),
      whole(sum(all.map(({ dropped }) => dropped))),
      failures(all),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| 100 values of 340 kB | at once, s | eight at a time, s | ratio | target | answered | bytes sent, times those of the values | requests resent | messages dropped | failed |',
    '|---|---:|---:|---:|---|---:|---|---:|---:|---|',
    ...rows,
  ].join('\n');
}

function smallTable(pairs: readonly SmallPair[]): string {
  const rows = grouped(pairs, ({ servers, way }) => `${servers} ${way}`).map((turns) => {
    const [first] = turns as [SmallPair];
    const [quiet, loaded] = [turns.map((one) => one.quiet), turns.map((one) => one.loaded)];
    const large = turns.map((one) => one.large);
    const [quietP99, loadedP99] = [quiet.map(({ p99Ms }) => p99Ms), loaded.map(({ p99Ms }) => p99Ms)];
    const all = [...quiet, ...loaded];
    const cells = [
      serversText(first.servers),
      first.way,
      `${ms(median(quiet.map(({ p50Ms }) => p50Ms)))}, ${ms(median(loaded.map(({ p50Ms }) => p50Ms)))}`,
      `${ms(median(quietP99))}, ${ms(median(loadedP99))}`,
      medianRatio(loadedP99, quietP99).toFixed(2),
      `at most ${targets.small}`,
      ms(Math.max(...loaded.map(({ longestMs }) => longestMs))),
      `${whole(sum(all.map(({ answered }) => answered)))} of ${whole(sum(all.map(({ asked }) => asked)))}`,
      `${whole(sum(large.map(({ answered }) => answered)))} of ${whole(sum(large.map(({ asked }) => asked)))}`,
      whole(sum(turns.map(({ takeovers }) => takeovers))),
      whole(median(large.map(({ perSecond }) => perSecond))),
      `${whole(100 * median(turns.map(({ othersShare }) => othersShare)))} %`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| servers of the small requests | 100 values of 1 MiB at once | p50 ms: quiet, loaded | p99 ms: quiet, loaded | ratio of p99 | target | longest, ms | small answered | large answered | takeovers | large values/s | others use |',
    '|---|---|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return [...groups.values()];
}

function wallOf({ wallMs }: Burst): number {
  return wallMs;
}

function sent(bursts: readonly Burst[]): string {
  return median(bursts.map(({ sentTimes }) => sentTimes)).toFixed(2);
}

function failures(bursts: readonly Burst[]): string {
  const codes = new Map<string, number>();
  for (const { failed, wrong } of bursts) {
    for (const [code, times] of Object.entries(failed)) codes.set(code, (codes.get(code) ?? 0) + times);
    if (wrong > 0) codes.set('wrong', (codes.get('wrong') ?? 0) + wrong);
  }
  return [...codes].map(([code, times]) => `${whole(times)} ${code}`).join(', ');
}

function seconds(wallMs: number): string {
  return (wallMs / 1_000).toFixed(2);
}

function ms(time: number): string {
  return time.toFixed(1);
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en');
}
