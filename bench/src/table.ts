import type { Measurement } from './measurement.ts';
import { byLoad, median, sum } from './measurement.ts';

/** Medians over the rounds as Markdown: the loads, then the tables that only some of them have. */
export function tables(measurements: readonly Measurement[]): string {
  const all = [table(measurements), startTable(measurements), failureTable(measurements), memoryTable(measurements)];
  return all.filter((one) => one !== undefined).join('\n\n');
}

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
      of(({ p90Ms }) => p90Ms).toFixed(2),
      of(({ p99Ms }) => p99Ms).toFixed(2),
      of(({ p999Ms }) => p999Ms).toFixed(2),
      of(({ longestMs }) => longestMs).toFixed(0),
      of(({ gapMs }) => gapMs).toFixed(0),
      of(({ cpuUs }) => sum(Object.values(cpuUs))).toFixed(1),
      roles(rounds, ({ cpuUs }) => cpuUs, 1),
      whole(sum(rounds.map(({ failed, wrong }) => sum(Object.values(failed)) + wrong))),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| suite | load | answers/s | spread | p50 ms | p90 | p99 | p99.9 | longest | gap | CPU µs | of it | failed or wrong |',
    '|---|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---|---:|',
    ...rows,
  ].join('\n');
}

/** From the start of the first process to the first answer. */
function startTable(measurements: readonly Measurement[]): string | undefined {
  const times = measurements.flatMap(({ firstAnswerMs }) => (firstAnswerMs === undefined ? [] : [firstAnswerMs]));
  if (times.length === 0) return undefined;
  const spread = `${whole(Math.min(...times))} to ${whole(Math.max(...times))}`;
  return `| from the first process to the first answer, ms | spread |\n|---:|---|\n| ${whole(median(times))} | ${spread} |`;
}

/** The failures of all rounds together, and how soon their clients were told. */
function failureTable(measurements: readonly Measurement[]): string | undefined {
  const rows = byLoad(measurements).flatMap((rounds) => {
    const codes = new Map<string, number>();
    for (const { failed } of rounds) {
      for (const [code, times] of Object.entries(failed)) codes.set(code, (codes.get(code) ?? 0) + times);
    }
    if (codes.size === 0) return [];
    const cells = [
      rounds[0]?.suite ?? '',
      rounds[0]?.load ?? '',
      [...codes].map(([code, times]) => `${whole(times)} ${code}`).join(', '),
      toldAfter(median(rounds.map(({ failedAfterP99Ms }) => failedAfterP99Ms))),
      toldAfter(Math.max(...rounds.map(({ failedAfterLongestMs }) => failedAfterLongestMs))),
    ];
    return [`| ${cells.join(' | ')} |`];
  });
  if (rows.length === 0) return undefined;
  const head = ['| suite | load | failed | told within ms, p99 | longest |', '|---|---|---|---:|---:|'];
  return [...head, ...rows].join('\n');
}

/** Empty for requests that the client had no time to send: no failure told it about them. */
function toldAfter(ms: number): string {
  return ms === 0 ? '' : ms.toFixed(0);
}

/** For one process of each role. */
function memoryTable(measurements: readonly Measurement[]): string {
  const rows = byLoad(measurements).map((rounds) => {
    const total = median(rounds.map(({ residentMiB }) => sum(Object.values(residentMiB))));
    const each = roles(rounds, ({ residentEachMiB }) => residentEachMiB, 0);
    return `| ${rounds[0]?.suite ?? ''} | ${rounds[0]?.load ?? ''} | ${each} | ${whole(total)} |`;
  });
  return ['| suite | load | MiB of one process | of all |', '|---|---|---|---:|', ...rows].join('\n');
}

function roles(
  rounds: readonly Measurement[],
  take: (one: Measurement) => Readonly<Record<string, number>>,
  digits: number,
): string {
  const [first] = rounds;
  return Object.keys(first === undefined ? {} : take(first))
    .map((role) => `${role} ${median(rounds.map((one) => take(one)[role] ?? 0)).toFixed(digits)}`)
    .join(', ');
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en');
}
