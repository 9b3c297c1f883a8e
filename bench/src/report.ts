import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { join } from 'node:path';
import type { LargeMeasurement } from './large/large-measurement.ts';
import { largeTables } from './large/table.ts';
import type { Measurement } from './measurement.ts';
import { tables } from './table.ts';
import { workTable } from './work/table.ts';
import type { WorkMeasurement } from './work/work-measurement.ts';

export interface Measured {
  readonly measurements: readonly Measurement[];
  /** The results of the suite `work`. */
  readonly worked: readonly WorkMeasurement[];
  /** The results of the suite `large`. */
  readonly largeOnes: readonly LargeMeasurement[];
  readonly rounds: number;
  readonly seconds: number;
  /** A folder for results.json, results.md and results.svg. */
  readonly out?: string | undefined;
}

/** Prints the tables and writes the files. */
export async function report({ measurements, worked, largeOnes, rounds, seconds, out }: Measured): Promise<void> {
  if (measurements.length + worked.length + largeOnes.length === 0) return;
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, Linux ${release()}, Node ${process.version}`;
  const each = measurements.length + largeOnes.length > 0 ? ` of ${seconds} s` : '';
  const all = [
    ...(measurements.length > 0 ? [tables(measurements)] : []),
    ...(worked.length > 0 ? [workTable(worked)] : []),
    ...(largeOnes.length > 0 ? [largeTables(largeOnes)] : []),
    `${machine}; ${rounds === 1 ? 'one round' : `${rounds} rounds`}${each}.`,
  ];
  const text = `${all.join('\n\n')}\n`;
  process.stdout.write(text);
  if (out === undefined) return;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'results.md'), text);
  writeFileSync(
    join(out, 'results.json'),
    `${JSON.stringify({ machine, measurements, worked, large: largeOnes }, undefined, 1)}\n`,
  );
  if (measurements.length === 0) return;
  // Loaded here because the plot's library takes long to load.
  const { plot } = await import('./plot.ts');
  writeFileSync(join(out, 'results.svg'), await plot(measurements, machine));
}
