import { createCommand } from '@cateto/app-kit';
import { writeFileSync } from 'node:fs';
import type { ExperimentFlags } from '../chaos/experiment.ts';
import { runExperiment, runProgram, tellFindings, withExperimentFlags } from '../chaos/experiment.ts';
import { numberFrom } from '../chaos/flags.ts';
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
  .option('--calm <s>', 'seconds between two faults', numberFrom(1, 3_600), 15)
  .option(
    '--warm-up <m>',
    'minutes of each process that do not count; 4 unless given, with --work 12',
    numberFrom(0, 1_000),
  )
  .option('--slope-max <mib>', 'MiB an hour by which a process may grow', numberFrom(0, 10_000), 20)
  .option('--samples <file>', 'writes the memory of each process over time as JSON');

interface Flags extends ExperimentFlags {
  readonly calm: number;
  readonly warmUp?: number;
  readonly slopeMax: number;
  readonly samples?: string;
}

const sampleEveryMs = 5_000;
/** In minutes. With eight requests a second, V8 takes longer to compile the code and to collect all of the heap. */
const [calculatorWarmUp, workWarmUp] = [4, 12];
/**
 * V8's young generation grows and shrinks by tens of MiB, whatever lives. Kept small, it can neither hide a leak nor
 * look like one.
 */
const environment = { NODE_OPTIONS: '--max-semi-space-size=2' };

await runProgram(withExperimentFlags(command, 200), async () => {
  const flags = command.opts<Flags>();
  const { calm, slopeMax, samples } = flags;
  const warmUp = flags.warmUp ?? (flags.work === true ? workWarmUp : calculatorWarmUp);
  const warmUpMs = warmUp * 60_000;
  const memory = collectSeries();
  const tables = collectTables();
  let sampler: Sampler | undefined;
  const findings = await runExperiment({
    flags,
    rate: 200,
    faults: soakFaults,
    calmSeconds: calm,
    environment,
    again: `pnpm soak --calm ${calm} --warm-up ${warmUp} --slope-max ${slopeMax}`,
    timeText: (ms) => `${(ms / 60_000).toFixed(1).padStart(6)} min`,
    onStart(running) {
      sampler = startSampler(running, { everyMs: sampleEveryMs, memory, tables, warmUpMs });
    },
    onCalm: async () => sampler?.stop(),
  });
  if (samples !== undefined) writeFileSync(samples, JSON.stringify(memory.series));
  const isClean = tellFindings(findings);
  const found = soakReport(memory.series, tables.sizes(), { warmUpMs, slopeMax });
  process.stdout.write(`\n${found.text}\n`);
  for (const objection of found.objections) process.stdout.write(`${objection}\n`);
  process.stdout.write(found.objections.length === 0 ? 'No growth.\n' : `Again: ${findings.again}\n`);
  return isClean && found.objections.length === 0;
});
