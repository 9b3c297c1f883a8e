import type { Io } from '../context.ts';

/** The characters that wait for a slow reader at most. Messages keep arriving, however slowly they are read. */
const waitingMax = 1_048_576;

/** Writes lines while they are read fast enough. Leaves out the others, and says how many. */
export function lineWriter({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): (line: string) => void {
  let leftOut = 0;
  return (line) => {
    if (stdout.writableLength > waitingMax) {
      leftOut += 1;
      return;
    }
    if (leftOut > 0) stderr.write(`watch: left out ${leftOut} messages; they are not read fast enough\n`);
    leftOut = 0;
    stdout.write(`${line}\n`);
  };
}
