import { mapCalls } from './map-module.ts';
import type { Measurement } from './measurement.ts';
import type { Suite } from './suite.ts';
import { using } from './suite.ts';
import { measure } from './system.ts';

/*
 * A map of a formula: calls that do nothing, once as requests of a client with one call each, and once as maps of a
 * thousand. Rates and processor times are those of a call.
 */

export const map: Suite = async ({ round, ms, warmMs, tell }) => {
  const suite = 'map';
  await using({ question: 'once' }, warmMs, async (system) => {
    const each = { type: 'closed', inFlight: 256, warmMs: 0, ms } as const;
    tell(await measure(system, { suite, load: 'formulas of one call, 256 in flight', round, each }));
  });
  for (const inFlight of [1, 4]) {
    await using({ question: 'thousandfold', inFlight }, warmMs, async (system) => {
      const each = { type: 'closed', inFlight, warmMs: 0, ms } as const;
      const load = `maps of ${mapCalls.toLocaleString('en')} calls, ${inFlight} in flight`;
      tell(perCall(await measure(system, { suite, load, round, each })));
    });
  }
};

function perCall(measured: Measurement): Measurement {
  const { perSecond, eachSecond, cpuUs } = measured;
  return {
    ...measured,
    perSecond: perSecond * mapCalls,
    eachSecond: eachSecond.map((answers) => answers * mapCalls),
    cpuUs: Object.fromEntries(Object.entries(cpuUs).map(([role, us]) => [role, us / mapCalls])),
  };
}
