import { argumentsOf, exitCodeOf, exitCodes, usageFault } from '@cateto/app-kit';
import type { Command } from 'commander';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { runsVariable } from '../support/mixed-work.ts';
import type { Objection } from './checker.ts';
import { check } from './checker.ts';
import { numberFrom, wholeNumber } from './flags.ts';
import type { Entry, Fault, History } from './history.ts';
import { stopOnInterrupt } from './interrupt.ts';
import { objectionsText, reportText } from './report.ts';
import type { ChaosOptions } from './run.ts';
import { runChaos } from './run.ts';
import { checkRuns } from './runs.ts';
import { saidText } from './event-counts.ts';

/* The part that `pnpm chaos` and `pnpm soak` share: flags, the run with its files, and the report of its requests. */

export interface ExperimentFlags {
  readonly minutes: number;
  readonly seed?: number;
  readonly rate?: number;
  readonly work?: boolean;
  readonly history?: string;
  readonly built?: boolean;
}

/** Adds the flags of every experiment. @param rate the requests a second, unless given */
export function withExperimentFlags(command: Command, rate: number): Command {
  return command
    .option('--seed <n>', 'which faults and which requests; chance unless given', wholeNumber)
    .option(
      '--rate <r>',
      `requests a second, of four clients together; ${rate} unless given, with --work ${workRate}`,
      numberFrom(1, 20_000),
    )
    .option('--work', 'handlers of microseconds to 3 s, counts their runs, and sends bursts')
    .option('--history <file>', 'writes every request and fault as JSON lines')
    .option('--built', 'runs what `pnpm build` made');
}

/** Above this rate, the handlers of six threads cannot keep up with bursts. */
const workRate = 8;
const calculatorTimeoutMs = 5_000;
/** A burst of long work waits for its turn. */
const workTimeoutMs = 60_000;
/** Most requests are then touched by one fault only. */
const workCalmSeconds = 5;

export interface Experiment extends Pick<ChaosOptions, 'faults' | 'environment' | 'onStart' | 'onCalm'> {
  readonly flags: ExperimentFlags;
  readonly rate: number;
  /** The deadline of each request; unless given, 5 s, and 60 s with `--work`. */
  readonly timeoutMs?: number;
  readonly calmSeconds: number;
  /** The program with the flags of its own, to run the same again. */
  readonly again: string;
  /** The time of a fault since the start, for people. */
  timeText(ms: number): string;
}

export interface Findings {
  readonly history: History;
  /** The report of the requests, without the objections. */
  readonly text: string;
  readonly objections: readonly Objection[];
  /** The command that repeats the faults and requests. */
  readonly again: string;
}

/** Runs a system under load and faults for the minutes of the flags. Tells each fault on stderr. */
export async function runExperiment(experiment: Experiment): Promise<Findings> {
  const { flags, faults, calmSeconds, timeText } = experiment;
  const { minutes, work = false, built = false } = flags;
  if (work && built) throw usageFault('--work runs from source, so it cannot be combined with --built');
  const rate = flags.rate ?? (work ? workRate : experiment.rate);
  const timeoutMs = experiment.timeoutMs ?? (work ? workTimeoutMs : calculatorTimeoutMs);
  const seed = flags.seed ?? Math.floor(Math.random() * 1_000_000);
  const given = [`--seed ${seed}`, `--minutes ${minutes}`, `--rate ${rate}`, work && '--work', built && '--built'];
  const again = [experiment.again, ...given.filter(Boolean)].join(' ');
  process.stdout.write(`${again}\n`);
  const startMs = performance.now();
  const file = flags.history === undefined ? undefined : createWriteStream(flags.history);
  const folder = mkdtempSync(join(tmpdir(), 'cateto-chaos-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const runsFile = join(folder, 'runs');
  const history = await runChaos({
    seed,
    workload: work ? 'mixed' : 'calculator',
    perSecond: rate,
    timeoutMs,
    faults,
    calmRequests: Math.ceil(rate * (work ? Math.max(calmSeconds, workCalmSeconds) : calmSeconds)),
    built,
    environment: { ...experiment.environment, ...(work ? { [runsVariable]: runsFile } : {}) },
    isOver: () => performance.now() - startMs > minutes * 60_000,
    onStart(running) {
      stopOnInterrupt(running.plant);
      experiment.onStart?.(running);
    },
    ...(experiment.onCalm === undefined ? {} : { onCalm: experiment.onCalm }),
    onFault: (fault, soFar) => process.stderr.write(faultLine(timeText(performance.now() - startMs), fault, soFar)),
    ...(file === undefined ? {} : { onEntry: (entry: Entry) => void file.write(`${JSON.stringify(entry)}\n`) }),
  });
  if (file !== undefined) await finished(file.end());
  const report = check(history.entries);
  const runs = work ? checkRuns(history.entries, readFileSync(runsFile, 'utf8')) : undefined;
  return {
    history,
    text: `\n${reportText(report)}${runs?.text ?? ''}${saidText(history.entries)}`,
    objections: [...report.objections, ...(runs?.objections ?? [])],
    again,
  };
}

function faultLine(time: string, { kind, targets, fromMs, toMs }: Fault, history: History): string {
  const lasted = `${((toMs - fromMs) / 1_000).toFixed(2)} s`;
  return `${time}  ${kind} (${targets.join(', ')}), ${lasted}; ${history.settledCount()} settled\n`;
}

/** Parses the arguments, runs the program and sets the exit code. */
export async function runProgram(command: Command, run: () => Promise<boolean>): Promise<void> {
  try {
    command.parse(argumentsOf(process.argv), { from: 'user' });
    process.exitCode = (await run()) ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`${command.name()}: ${line}\n`));
  }
}

/** Writes the findings, and the command that repeats them if there are objections. */
export function tellFindings({ text, objections, again }: Findings): boolean {
  process.stdout.write(`${text}${objectionsText(objections)}`);
  if (objections.length > 0) process.stdout.write(`The same faults in the same order: ${again}\n`);
  return objections.length === 0;
}
