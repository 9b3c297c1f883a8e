import type { Io } from '../../context.ts';
import { durationText } from './duration-text.ts';
import { Pace } from './pace.ts';
import type { Tally } from './tally.ts';

export interface Progress {
  show(tally: Tally): void;
  stop(): void;
}

type Counts = Pick<Tally, 'rows' | 'failed' | 'fellBack'>;

/** The pace is measured at most so often. */
const sampleMs = 100;

/**
 * Shows a bar on stderr, if stderr is a terminal and the rows do not go to one.
 *
 * @param tally the rows that an earlier run did
 * @param bytes the length of the input, when it is known
 * @param bytesDone the part of it that is done
 */
export async function startProgress(
  { stdout, stderr, env }: Io,
  toFile: boolean,
  tally: Tally,
  bytes: number | undefined,
  bytesDone: () => number,
): Promise<Progress> {
  const shown = stderr.isTTY === true && env['TERM'] !== 'dumb' && (toFile || stdout.isTTY !== true);
  if (!shown) return { show: () => undefined, stop: () => undefined };
  const { default: cliProgress } = await import('cli-progress');
  const counts = '{counts}';
  const bar = new cliProgress.SingleBar({
    stream: stderr,
    format: bytes === undefined ? counts : `{bar} {percentage} % | ${counts}`,
    clearOnComplete: true,
    // Signals are handled in one other place.
    gracefulExit: false,
  });
  const pace = new Pace();
  let nextMs = 0;
  function show(now: Tally): void {
    const atMs = now.elapsedMs();
    const done = bytesDone();
    if (atMs >= nextMs) {
      nextMs = atMs + sampleMs;
      pace.add(atMs, now.rows, bytes === undefined ? 0 : done / Math.max(1, bytes));
    }
    bar.update(done, { counts: countsText(now, pace) });
  }
  bar.start(Math.max(1, bytes ?? 1), 0, { counts: countsText(tally, pace) });
  show(tally);
  return { show, stop: () => bar.stop() };
}

/** The text beside the bar. */
export function countsText({ rows, failed, fellBack }: Counts, pace: Pace): string {
  const leftMs = pace.leftMs();
  const rate = Math.round(pace.rowsPerSecond());
  return [
    `${rows} rows`,
    `${failed} failed`,
    ...(fellBack > 0 ? [`${fellBack} computed by the calc-server`] : []),
    ...(rate > 0 ? [`${rate} rows/s`] : []),
    ...(leftMs === undefined ? [] : [`${durationText(leftMs)} left`]),
  ].join(', ');
}
