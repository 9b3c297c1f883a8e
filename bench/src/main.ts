import { argumentsOf, createCommand, exitCodeOf, usageFault } from '@cateto/app-kit';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from './measurement.ts';
import { suites } from './suites.ts';
import { tables } from './table.ts';

/* `pnpm bench`: measures the built system on this machine, round by round, and writes JSON, tables and a plot. */

interface Options {
  readonly only: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warm: number;
  readonly out?: string;
}

function number(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw usageFault('a number above 0 is needed');
  return value;
}

function names(text: string): string[] {
  const given = text.split(',');
  const unknown = given.find((name) => suites[name] === undefined);
  if (unknown !== undefined) throw usageFault(`"${unknown}" is not one of ${Object.keys(suites).join(', ')}`);
  return given;
}

const command = createCommand('bench', 'Measures the system that `pnpm build` made.')
  .option('--only <suites>', 'which, separated by commas', names, Object.keys(suites))
  .option('--rounds <n>', 'how often each is measured; medians are shown', number, 3)
  .option('--seconds <s>', 'how long each load is measured', number, 5)
  .option('--warm <s>', 'how long a system is used before', number, 5)
  .option('--out <folder>', 'writes results.json, results.md and results.svg there');

async function run({ only, rounds, seconds, warm, out }: Options): Promise<void> {
  const measurements: Measurement[] = [];
  const tell = (one: Measurement): void => {
    measurements.push(one);
    const { suite, load, perSecond, p50Ms, p99Ms, longestMs } = one;
    process.stderr.write(
      `${suite}, ${load}: ${perSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)}, longest ${longestMs.toFixed(0)}\n`,
    );
  };
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of only) await suites[name]?.({ round, ms: seconds * 1_000, warmMs: warm * 1_000, tell });
  }
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, Linux ${release()}, Node ${process.version}`;
  const text = `${tables(measurements)}\n\n${machine}; ${rounds === 1 ? 'one round' : `${rounds} rounds`} of ${seconds} s.\n`;
  process.stdout.write(text);
  if (out === undefined) return;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'results.md'), text);
  // Only who wants the plot waits for its library.
  const { plot } = await import('./plot.ts');
  writeFileSync(join(out, 'results.svg'), await plot(measurements, machine));
  writeFileSync(join(out, 'results.json'), `${JSON.stringify({ machine, measurements }, undefined, 1)}\n`);
}

try {
  command.parse(argumentsOf(process.argv), { from: 'user' });
  await run(command.opts<Options>());
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`bench: ${line}\n`));
}
