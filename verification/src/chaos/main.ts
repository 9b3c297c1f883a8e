import { createCommand } from '@cateto/app-kit';
import type { ExperimentFlags } from './experiment.ts';
import { runExperiment, runProgram, tellFindings, withExperimentFlags } from './experiment.ts';
import { numberFrom } from './flags.ts';
import { doubleFaults, singleFaults } from './system-plan.ts';

/* `pnpm chaos`: real processes under load and faults, and the outcome of every request. Prints a table on stdout. */

const command = createCommand(
  'chaos',
  'Kills, stops and ends real processes under load, and accounts for every request.',
)
  .option('--minutes <m>', 'how long', numberFrom(0.1, 10_000), 1)
  .option(
    '--timeout <ms>',
    'the deadline of each request; 5,000 unless given, with --work 60,000',
    numberFrom(100, 600_000),
  )
  .option('--no-double', 'one process at a time only');

interface Flags extends ExperimentFlags {
  readonly timeout?: number;
  readonly double: boolean;
}

await runProgram(withExperimentFlags(command, 400), async () => {
  const flags = command.opts<Flags>();
  const { timeout, double } = flags;
  const findings = await runExperiment({
    flags,
    rate: 400,
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    faults: double ? doubleFaults : singleFaults,
    // Longer than the aftermath of a fault.
    calmSeconds: 1.2,
    again: [
      'pnpm chaos',
      ...(timeout === undefined ? [] : [`--timeout ${timeout}`]),
      ...(double ? [] : ['--no-double']),
    ].join(' '),
    timeText: (ms) => `${(ms / 1_000).toFixed(1).padStart(7)} s`,
  });
  return tellFindings(findings);
});
