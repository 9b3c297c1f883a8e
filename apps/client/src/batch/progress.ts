import type { Io } from '../context.ts';

export interface Tally {
  rows: number;
  failed: number;
  /** Rows that an earlier run did. */
  before: number;
  /** Rows of this run with an operation that the calc-server computed itself. */
  fellBack: number;
}

export interface Progress {
  show(tally: Tally): void;
  stop(): void;
}

/**
 * Shows a bar on stderr, if stderr is a terminal and the rows do not go to one.
 *
 * @param bytes the length of the input, when it is known
 * @param bytesDone the part of it that is done
 */
export async function startProgress(
  { stdout, stderr, env }: Io,
  toFile: boolean,
  bytes: number | undefined,
  bytesDone: () => number,
): Promise<Progress> {
  const shown = stderr.isTTY === true && env['TERM'] !== 'dumb' && (toFile || stdout.isTTY !== true);
  if (!shown) return { show: () => undefined, stop: () => undefined };
  const { default: cliProgress } = await import('cli-progress');
  const counts = '{rows} rows, {failed} failed';
  const bar = new cliProgress.SingleBar({
    stream: stderr,
    format: bytes === undefined ? counts : `{bar} {percentage} % | ${counts}`,
    clearOnComplete: true,
    // Signals are handled in one other place.
    gracefulExit: false,
  });
  bar.start(Math.max(1, bytes ?? 1), 0, { rows: 0, failed: 0 });
  return {
    show: ({ rows, failed }) => bar.update(bytesDone(), { rows, failed }),
    stop: () => bar.stop(),
  };
}
