import { CommandFault } from '../command-fault.ts';
import { exitCodes } from '../exit-codes.ts';
import { quoted } from '../one-line.ts';
import { fitted, hasFailed } from './row.ts';

export interface DoneBefore {
  readonly rows: number;
  readonly failed: number;
}

/**
 * Skips the input's rows that the output already has, comparing them as it goes.
 *
 * @param done the output's complete records
 * @param header what the first of them must be
 * @param rows the input's rows, without its header; afterwards it stands at the first that is not done
 * @returns undefined when the output has not even a header
 * @throws CommandFault when the output is not this input's
 */
export async function skipDone(
  done: AsyncIterable<readonly string[]>,
  header: readonly string[],
  rows: AsyncIterator<readonly string[]>,
): Promise<DoneBefore | undefined> {
  const width = header.length - 2;
  let before: DoneBefore | undefined;
  for await (const record of done) {
    if (before === undefined) {
      if (!equal(record, header)) throw refusal(`its header is ${shown(record)}, and it should be ${shown(header)}`);
      before = { rows: 0, failed: 0 };
      continue;
    }
    const row = await rows.next();
    if (row.done === true) throw refusal(`it has more rows than the input`);
    const count = before.rows + 1;
    if (record.length !== header.length || !equal(record.slice(0, width), fitted(row.value, width))) {
      throw refusal(`its row ${count} is ${shown(record)}, the input's ${shown(row.value)}`);
    }
    before = { rows: count, failed: before.failed + (hasFailed(record) ? 1 : 0) };
  }
  return before;
}

function equal(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((cell, index) => cell === other[index]);
}

function shown(record: readonly string[]): string {
  return quoted(record.join(','));
}

function refusal(message: string): CommandFault {
  return new CommandFault(exitCodes.usage, `--resume: the file is not this input's: ${message}`);
}
