import { argumentsOf, createCommand, exitCodeOf, usageFault } from '@cateto/app-kit';
import type { LargeMeasurement } from './large/large-measurement.ts';
import type { Measurement } from './measurement.ts';
import { largeLine } from './large/table.ts';
import { report } from './report.ts';
import { suites } from './suites.ts';
import type { WorkLoadName } from './work/loads.ts';
import { workLoadNames } from './work/suite.ts';
import { peerNames } from './work/systems.ts';
import type { WorkMeasurement } from './work/work-measurement.ts';

/* `pnpm bench`: measures the built system on this machine, round by round, and writes JSON, tables and a plot. */

interface Options {
  readonly only: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warm: number;
  readonly loads: readonly WorkLoadName[];
  readonly share: number;
  readonly waits: boolean;
  readonly peers: readonly string[];
  readonly out?: string;
}

function number(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw usageFault('a number above 0 is needed');
  return value;
}

function part(text: string): number {
  const value = number(text);
  if (value > 1) throw usageFault('a number from 0 to 1 is needed');
  return value;
}

function names(text: string): string[] {
  const given = text.split(',');
  const unknown = given.find((name) => suites[name] === undefined);
  if (unknown !== undefined) throw usageFault(`"${unknown}" is not one of ${Object.keys(suites).join(', ')}`);
  return given;
}

function loadNames(text: string): WorkLoadName[] {
  return text.split(',').map((name) => {
    const known = workLoadNames.find((one) => one === name);
    if (known === undefined) throw usageFault(`"${name}" is not one of ${workLoadNames.join(', ')}`);
    return known;
  });
}

/** Anything that is not one of the names is a path. */
function peerList(text: string): string[] {
  const given = text === 'all' ? [...peerNames] : text.split(',');
  const unknown = given.find((name) => !(peerNames as readonly string[]).includes(name) && !name.endsWith('.mjs'));
  if (unknown !== undefined) {
    throw usageFault(`unknown peer "${unknown}": give ${peerNames.join(', ')}, all, or the path of a peer.mjs`);
  }
  return given;
}

const command = createCommand('bench', 'Measures the system that `pnpm build` made.')
  .option('--only <suites>', 'which, separated by commas', names, Object.keys(suites))
  .option('--rounds <n>', 'how often each is measured; medians are shown', number, 3)
  .option('--seconds <s>', 'how long each load is measured', number, 5)
  .option('--warm <s>', 'how long a system is used before', number, 5)
  .option('--loads <names>', 'of the suite work: which, separated by commas', loadNames, workLoadNames)
  .option('--share <part>', 'of the suite work: a part of its requests, from 0 to 1, for a quick look', part, 1)
  .option('--waits', 'of the suite work: handlers block their threads instead of computing, for a busy machine', false)
  .option('--peers <names>', 'of the suite work: all, names in bench/peers, or paths of a peer.mjs', peerList, [])
  .option('--out <folder>', 'writes results.json, results.md and results.svg there');

async function run(options: Options): Promise<void> {
  const { only, rounds, seconds, warm, loads, share, waits, peers, out } = options;
  const measurements: Measurement[] = [];
  const worked: WorkMeasurement[] = [];
  const largeOnes: LargeMeasurement[] = [];
  const tell = (one: Measurement): void => {
    measurements.push(one);
    const { suite, load, perSecond, p50Ms, p99Ms, longestMs } = one;
    process.stderr.write(
      `${suite}, ${load}: ${perSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)}, longest ${longestMs.toFixed(0)}\n`,
    );
  };
  const tellWork = (one: WorkMeasurement): void => {
    worked.push(one);
    const { load, batch, system, answered, asked, runs, wallMs } = one;
    process.stderr.write(
      `${load} (${batch}), ${system}: ${answered} of ${asked}, ${runs} runs, ${(wallMs / 1_000).toFixed(1)} s\n`,
    );
  };
  const tellLarge = (one: LargeMeasurement): void => {
    largeOnes.push(one);
    process.stderr.write(`${largeLine(one)}\n`);
  };
  const shared = { ms: seconds * 1_000, warmMs: warm * 1_000, loads, share, waits, peers, tell, tellWork, tellLarge };
  try {
    for (let round = 1; round <= rounds; round += 1) {
      for (const name of only) await suites[name]?.({ round, ...shared });
    }
  } finally {
    // Keep the results that were measured before a suite failed: they took minutes.
    await report({ measurements, worked, largeOnes, rounds, seconds, out });
  }
}

try {
  command.parse(argumentsOf(process.argv), { from: 'user' });
  await run(command.opts<Options>());
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`bench: ${line}\n`));
}
