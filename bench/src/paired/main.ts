import { argumentsOf, createCommand, exitCodeOf, usageFault } from '@cateto/app-kit';
import type { RunningClone, Slice } from './clone.ts';
import { startClone } from './clone.ts';
import { lineOf, ratiosOf } from './comparison.ts';

/*
 * `pnpm bench:paired <clone> [<clone>]`: the same load on the built systems of two clones, which run side by side and take
 * turns, forwards and backwards. So whatever else the machine does concerns both, and a difference of a few percent
 * shows on a machine whose rates differ by a third from minute to minute.
 */

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw usageFault('a whole number from 1 on is needed');
  return value;
}

interface Options {
  readonly slices: number;
  readonly inFlight: number;
  readonly seconds: number;
  readonly warm: number;
}

const command = createCommand('bench:paired', 'Compares the built systems of two clones of this repository.')
  .argument('<before>', 'the folder of a clone')
  .argument('[after]', 'the folder of another clone', '.')
  .option('--slices <n>', 'how often each is measured', count, 14)
  .option('--in-flight <n>', 'requests in flight', count, 256)
  .option('--seconds <s>', 'how long a slice takes', count, 2)
  .option('--warm <s>', 'how long each system is used before', count, 6);

async function compare(
  folders: readonly [string, string],
  { slices, inFlight, seconds, warm }: Options,
): Promise<void> {
  const started: RunningClone[] = [];
  try {
    for (const folder of folders) started.push(await startClone(folder));
    for (const clone of started) await clone.measure(inFlight, warm * 1_000);
    const measured: Slice[][] = started.map(() => []);
    for (let turn = 0; turn < slices; turn += 1) {
      const order = [...started.entries()];
      for (const [at, clone] of turn % 2 === 0 ? order : order.toReversed()) {
        measured[at]?.push(await clone.measure(inFlight, seconds * 1_000));
      }
    }
    const [before = [], after = []] = measured;
    for (const [at, clone] of started.entries()) process.stdout.write(`${lineOf(clone.folder, measured[at] ?? [])}\n`);
    process.stdout.write(`${ratiosOf(before, after)}\n`);
  } finally {
    await Promise.all(started.map((clone) => clone.stop()));
  }
}

try {
  command.parse(argumentsOf(process.argv), { from: 'user' });
  await compare(command.processedArgs as [string, string], command.opts<Options>());
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`bench:paired: ${line}\n`));
}
