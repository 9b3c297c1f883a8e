import type { LargeMeasurement } from './large/large-measurement.ts';
import type { Measurement } from './measurement.ts';
import type { WorkMeasurement } from './work/work-measurement.ts';
import type { WorkLoadName } from './work/loads.ts';
import type { Layout, MeasuredSystem } from './system.ts';
import { startSystem } from './system.ts';

export interface SuiteOptions {
  readonly round: number;
  /** How long each load is measured. */
  readonly ms: number;
  /** How long a system runs before the measurement, so that its code is compiled. */
  readonly warmMs: number;
  tell(measurement: Measurement): void;
  /** The options of the suite `work`, and the other systems to compare with. */
  readonly loads: readonly WorkLoadName[];
  readonly share: number;
  readonly waits: boolean;
  readonly peers: readonly string[];
  tellWork(measurement: WorkMeasurement): void;
  /** The results of the suite `large`. */
  tellLarge(measurement: LargeMeasurement): void;
}

export type Suite = (options: SuiteOptions) => Promise<void>;

/** Passes on a system that has run for a while with 256 requests in flight unless given, and ends it afterwards. */
export async function using(
  { inFlight = 256, ...layout }: Layout & { readonly inFlight?: number },
  warmMs: number,
  work: (system: MeasuredSystem) => Promise<void>,
): Promise<void> {
  const system = await startSystem(layout);
  try {
    const each = { type: 'closed', inFlight: Math.ceil(inFlight / system.clients.length), warmMs, ms: 0 } as const;
    await Promise.all(system.clients.map((client) => client.run(each)));
    await work(system);
  } finally {
    await system.stop();
  }
}
