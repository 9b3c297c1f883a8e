import { argumentsOf, createCommand, exitCodeOf, exitCodes } from '@cateto/app-kit';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { check } from './checker.ts';
import type { Entry, Fault, History } from './history.ts';
import { reportText } from './report.ts';
import { runChaos } from './run.ts';
import { saidText } from './said.ts';
import { numberFrom, wholeNumber } from './flags.ts';
import { stopOnInterrupt } from './interrupt.ts';
import { doubleFaults, singleFaults } from './system-plan.ts';

/* `pnpm chaos`: real processes under load and faults, and the outcome of every request. Prints a table on stdout. */

const command = createCommand(
  'chaos',
  'Kills, stops and ends real processes under load, and accounts for every request.',
)
  .option('--seed <n>', 'which faults and which requests; chance unless given', wholeNumber)
  .option('--minutes <m>', 'how long', numberFrom(0.1, 10_000), 1)
  .option('--rate <r>', 'requests a second, of four clients together', numberFrom(1, 20_000), 400)
  .option('--timeout <ms>', 'the deadline of each request', numberFrom(100, 60_000), 5_000)
  .option('--no-double', 'one process at a time only')
  .option('--history <file>', 'writes every request and fault as JSON lines')
  .option('--built', 'runs what `pnpm build` made');

interface Options {
  readonly seed?: number;
  readonly minutes: number;
  readonly rate: number;
  readonly timeout: number;
  readonly double: boolean;
  readonly history?: string;
  readonly built?: boolean;
}

/** The calm between two faults: longer than the aftermath of a fault. */
const calmSeconds = 1.2;

async function run({ minutes, rate, timeout, double, built = false, ...given }: Options): Promise<number> {
  const seed = given.seed ?? Math.floor(Math.random() * 1_000_000);
  const flags = [`--seed ${seed}`, `--minutes ${minutes}`, `--rate ${rate}`, `--timeout ${timeout}`];
  const again = ['pnpm chaos', ...flags, ...(double ? [] : ['--no-double']), ...(built ? ['--built'] : [])].join(' ');
  process.stdout.write(`seed ${seed}, ${minutes} min, ${rate} requests a second\n`);
  const startMs = performance.now();
  const file = given.history === undefined ? undefined : createWriteStream(given.history);
  const history = await runChaos({
    seed,
    perSecond: rate,
    timeoutMs: timeout,
    faults: double ? doubleFaults : singleFaults,
    calmRequests: Math.ceil(rate * calmSeconds),
    built,
    isOver: () => performance.now() - startMs > minutes * 60_000,
    onStart: ({ plant }) => stopOnInterrupt(plant),
    onFault: (fault, soFar) => process.stderr.write(faultLine(fault, soFar, performance.now() - startMs)),
    ...(file === undefined ? {} : { onEntry: (entry: Entry) => void file.write(`${JSON.stringify(entry)}\n`) }),
  });
  if (file !== undefined) await finished(file.end());
  const report = check(history.entries);
  process.stdout.write(`\n${reportText(report)}${saidText(history.entries)}`);
  if (report.objections.length === 0) return exitCodes.done;
  process.stdout.write(`The same faults in the same order: ${again}\n`);
  return exitCodes.failed;
}

function faultLine({ kind, targets, fromMs, toMs }: Fault, history: History, atMs: number): string {
  const lasted = `${((toMs - fromMs) / 1_000).toFixed(2)} s`;
  return `${(atMs / 1_000).toFixed(1).padStart(7)} s  ${kind} (${targets.join(', ')}), ${lasted}; ${history.settledCount()} settled\n`;
}

try {
  command.parse(argumentsOf(process.argv), { from: 'user' });
  process.exitCode = await run(command.opts<Options>());
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`chaos: ${line}\n`));
}
