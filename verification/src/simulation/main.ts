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
  readonly keepGoing?: boolean;
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw usageFault('a whole number from 0 on is needed');
  return number;
}

const command = createCommand('simulate', 'Runs the system over a simulated network with faults, once for each seed.')
  .option('--seeds <n>', 'how many seeds', whole, 200)
  .option('--from <seed>', 'the first one', whole, 1)
  .addOption(
    new Option('--mode <mode>', 'what goes wrong; odd seeds one-at-a-time and even ones any unless given').choices(
      modes,
    ),
  )
  .option('--transcript', 'print everything that happens')
  .option('--keep-going', 'name each seed that breaks a promise, and go on with the next');

const progressEveryMs = 2_000;

async function run({ seeds, from, mode, transcript = false, keepGoing = false }: Options): Promise<void> {
  const summary = emptySummary();
  const startMs = performance.now();
  let shownMs = startMs;
  let broken = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const trial = await trySeed(seed, mode);
    add(summary, trial);
    if (transcript) process.stdout.write(`${(await simulate(trial.scenario, true)).lines.join('\n')}\n`);
    const [first] = trial.violations;
    if (first !== undefined) {
      process.exitCode = 1;
      if (!keepGoing) {
        process.stdout.write(`${await report(trial)}\n`);
        return;
      }
      broken += 1;
      process.stdout.write(
        `seed ${seed} (${trial.scenario.mode}) breaks a promise at ${first.atMs.toFixed(0)} ms: ${first.what}\n`,
      );
    }
    if (performance.now() - shownMs > progressEveryMs) {
      shownMs = performance.now();
      process.stderr.write(`${summary.seeds} of ${seeds} seeds, ${summary.failovers} failovers\n`);
    }
  }
  const seconds = (performance.now() - startMs) / 1_000;
  const result = broken === 0 ? 'No promise was broken.' : `${broken} of ${seeds} seeds broke a promise.`;
  process.stdout.write(`${summaryText(summary)}\n\n${result} It took ${seconds.toFixed(0)} s.\n`);
}

try {
  command.parse(argumentsOf(process.argv), { from: 'user' });
  await run(command.opts<Options>());
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`simulate: ${line}\n`));
}
