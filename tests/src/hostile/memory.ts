import type { Cluster } from '@cateto/cluster';
import { readFileSync } from 'node:fs';

/** The memory of a process in MiB: now, and the maximum since its start. */
export interface Memory {
  readonly now: number;
  readonly peak: number;
}

/** The memory of every process of a system, by its name; empty where there is no /proc. */
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
