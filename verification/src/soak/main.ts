import { argumentsOf, createCommand, exitCodeOf, exitCodes } from '@cateto/app-kit';
import { writeFileSync } from 'node:fs';
import { check } from '../chaos/checker.ts';
import { numberFrom, wholeNumber } from '../chaos/flags.ts';
import { stopOnInterrupt } from '../chaos/interrupt.ts';
import { reportText } from '../chaos/report.ts';
import { runChaos } from '../chaos/run.ts';
import { saidText } from '../chaos/said.ts';
import { soakFaults } from '../chaos/system-plan.ts';
import { soakReport } from './report.ts';
import type { Sampler } from './sampler.ts';
import { startSampler } from './sampler.ts';
import { collectSeries } from './series.ts';
import { collectTables } from './table-sizes.ts';

/* `pnpm soak`: load and faults for a long time. Checks that memory and tables do not grow. */

const command = createCommand(
  'soak',
  'Load and faults for long: whether the memory and the tables of any process grow.',
)
  .requiredOption('--minutes <m>', 'how long', numberFrom(1, 100_000))
  .option('--seed <n>', 'which faults and which requests; chance unless given', wholeNumber)
  .option('--rate <r>', 'requests a second, of four clients together', numberFrom(1, 20_000), 200)
  .option('--calm <s>', 'seconds between two faults', numberFrom(1, 3_600), 15)
  .option('--warm-up <m>', 'minutes of each process that do not count', numberFrom(0, 1_000), 4)
  .option('--slope-max <mib>', 'MiB an hour by which a process may grow', numberFrom(0, 10_000), 20)
  .option('--samples <file>', 'writes the memory of each process over time as JSON')
  .option('--history <file>', 'writes every request and fault as JSON lines')
  .option('--built', 'runs what `pnpm build` made');

interface Options {
  readonly minutes: number;
  readonly seed?: number;
  readonly rate: number;
  readonly calm: number;
  readonly warmUp: number;
  readonly slopeMax: number;
  readonly samples?: string;
  readonly history?: string;
  readonly built?: boolean;
}

const sampleEveryMs = 5_000;
const timeoutMs = 5_000;
/**
 * V8's young generation grows and shrinks by tens of MiB, whatever lives. Kept small, it can neither hide a leak nor
 * look like one.
 */
const environment = { NODE_OPTIONS: '--max-semi-space-size=2' };

async function run({ minutes, rate, calm, warmUp, slopeMax, samples, built = false, ...given }: Options) {
  const seed = given.seed ?? Math.floor(Math.random() * 1_000_000);
  process.stdout.write(`seed ${seed}, ${minutes} min, ${rate} requests a second, ${calm} s between two faults\n`);
  const warmUpMs = warmUp * 60_000;
  const memory = collectSeries();
  const tables = collectTables();
  const startMs = performance.now();
  let sampler: Sampler | undefined;
  const history = await runChaos({
    seed,
    perSecond: rate,
    timeoutMs,
    faults: soakFaults,
    calmRequests: Math.ceil(rate * calm),
    built,
    environment,
    isOver: () => performance.now() - startMs > minutes * 60_000,
    onStart(running) {
      stopOnInterrupt(running.plant);
      sampler = startSampler(running, { everyMs: sampleEveryMs, memory, tables, warmUpMs });
    },
    onCalm: async () => sampler?.stop(),
    onFault({ kind, targets }, soFar) {
      const atMinutes = ((performance.now() - startMs) / 60_000).toFixed(1).padStart(6);
      process.stderr.write(`${atMinutes} min  ${kind} (${targets.join(', ')}); ${soFar.settledCount()} settled\n`);
    },
  });
  if (samples !== undefined) writeFileSync(samples, JSON.stringify(memory.series));
  if (given.history !== undefined) {
    writeFileSync(given.history, history.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }
  const requests = check(history.entries);
  const found = soakReport(memory.series, tables.sizes(), { warmUpMs, slopeMax });
  process.stdout.write(`\n${reportText(requests)}${saidText(history.entries)}\n${found.text}\n`);
  for (const objection of found.objections) process.stdout.write(`${objection}\n`);
  const isClean = requests.objections.length + found.objections.length === 0;
  process.stdout.write(
    isClean ? 'No growth.\n' : `Again: pnpm soak --minutes ${minutes} --seed ${seed} --rate ${rate} --calm ${calm}\n`,
  );
  return isClean ? exitCodes.done : exitCodes.failed;
}

try {
  command.parse(argumentsOf(process.argv), { from: 'user' });
  process.exitCode = await run(command.opts<Options>());
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`soak: ${line}\n`));
}
