import { cpuOf, medianRatio, percent } from './compared.ts';
import { openPage, startConsole } from './console-process.ts';
import type { Measurement } from './measurement.ts';
import { median } from './measurement.ts';
import type { Suite } from './suite.ts';
import { using } from './suite.ts';
import { measure } from './system.ts';
import { usageOf } from './usage.ts';

/*
 * The cost of a console for the system: the same load without a console, with a console that no page has open, and with
 * one open page. They share a system and take turns, so that the rest of the machine is the same for all. The processor
 * time of the console itself is not the system's, and is reported on its own.
 */

const inFlight = 256;
const turns = 5;
const kinds = ['no console', 'console without a page', 'console with an open page'] as const;

type Kind = (typeof kinds)[number];

interface Slice extends Measurement {
  /** The share of a processor that the console took. */
  readonly consoleShare: number;
}

export const consoles: Suite = ({ round, ms, warmMs, tell }) =>
  using({}, warmMs, async (system) => {
    const slices = new Map<Kind, Slice[]>(kinds.map((kind) => [kind, []]));
    const measureOne = async (kind: Kind, pid?: number): Promise<void> => {
      const cpuUs = (): number => (pid === undefined ? 0 : usageOf(pid).cpuUs);
      const before = cpuUs();
      const each = { type: 'closed', inFlight, warmMs: 0, ms } as const;
      const one = await measure(system, { suite: 'console', load: `${inFlight} in flight, ${kind}`, round, each });
      tell(one);
      slices.get(kind)?.push({ ...one, consoleShare: (cpuUs() - before) / (ms * 1_000) });
    };
    for (let turn = 0; turn < turns; turn += 1) {
      await measureOne('no console');
      const opened = await startConsole(system.brokers);
      try {
        await measureOne('console without a page', opened.pid);
        const close = await openPage(opened);
        await measureOne('console with an open page', opened.pid);
        await close();
      } finally {
        await opened.stop();
      }
    }
    const [none = [], closed = [], open = []] = kinds.map((kind) => slices.get(kind) ?? []);
    for (const [kind, own] of [
      ['without a page', closed],
      ['with an open page', open],
    ] as const) {
      const cpu = percent(medianRatio(own.map(cpuOf), none.map(cpuOf)));
      const rate = percent(medianRatio(own.map(rateOf), none.map(rateOf)));
      const share = (median(own.map(({ consoleShare }) => consoleShare)) * 100).toFixed(1);
      process.stderr.write(
        `console ${kind}: ${cpu} processor time of the system for each answer, ${rate} answers a second; the console itself takes ${share} % of a processor\n`,
      );
    }
  });

function rateOf({ perSecond }: Measurement): number {
  return perSecond;
}
