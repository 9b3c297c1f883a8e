import type { Cluster } from '@cateto/cluster';
import { readFileSync } from 'node:fs';

/** What a process takes of memory, in MiB: now, and at most since it started. */
export interface Memory {
  readonly now: number;
  readonly peak: number;
}

/** Of every process of a system, by its name; nothing where there is no /proc. */
export function memoryOf(cluster: Cluster): Record<string, Memory> {
  if (process.platform !== 'linux') return {};
  return Object.fromEntries(
    cluster.plans.map(({ name }) => {
      const status = readFileSync(`/proc/${cluster.get(name).pid}/status`, 'utf8');
      const mebibytes = (field: string): number =>
        Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1_024);
      return [name, { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') }];
    }),
  );
}
