import { argumentsOf, createCommand, exitCodeOf, usageFault } from '@cateto/app-kit';
import { Option } from 'commander';
import { report, trySeed } from './campaign.ts';
import type { Mode } from './scenario.ts';
import { modes } from './scenario.ts';
import { simulate } from './simulate.ts';
import { add, emptySummary, summaryText } from './summary.ts';

/* `pnpm simulate`: many seeds, each a run of the real system over a simulated network; ends with 1 when one breaks a promise. */

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly mode?: Mode;
  readonly transcript?: boolean;
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw usageFault('a whole number from 0 on is needed');
  return number;
}

const command = createCommand(
  'simulate',
  'Runs the system over a simulated network, faults and all, once for each seed.',
)
  .option('--seeds <n>', 'how many seeds', whole, 200)
  .option('--from <seed>', 'the first one', whole, 1)
  .addOption(
    new Option('--mode <mode>', 'what goes wrong; odd seeds one-at-a-time and even ones any unless given').choices(
      modes,
    ),
  )
  .option('--transcript', 'print everything that happens');

const progressEveryMs = 2_000;

async function run({ seeds, from, mode, transcript = false }: Options): Promise<void> {
  const summary = emptySummary();
  const startMs = performance.now();
  let shownMs = startMs;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const trial = await trySeed(seed, mode);
    add(summary, trial);
    if (transcript) process.stdout.write(`${(await simulate(trial.scenario, true)).lines.join('\n')}\n`);
    if (trial.violations.length > 0) {
      process.stdout.write(`${await report(trial)}\n`);
      process.exitCode = 1;
      return;
    }
    if (performance.now() - shownMs > progressEveryMs) {
      shownMs = performance.now();
      process.stderr.write(`${summary.seeds} of ${seeds} seeds, ${summary.failovers} failovers\n`);
    }
  }
  const seconds = (performance.now() - startMs) / 1_000;
  process.stdout.write(`${summaryText(summary)}\n\nNo promise was broken. It took ${seconds.toFixed(0)} s.\n`);
}

try {
  command.parse(argumentsOf(process.argv), { from: 'user' });
  await run(command.opts<Options>());
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`simulate: ${line}\n`));
}
