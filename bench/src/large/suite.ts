import { sum } from '../measurement.ts';
import { machineBusyUs } from '../usage.ts';
import { percentile } from '../work/work-measurement.ts';
import type { OrderResult } from './client-process.ts';
import { countAll } from './counted.ts';
import type { Burst, BurstPair, LargeMeasurement, SmallPair, SmallRequests } from './large-measurement.ts';
import type { LargeSystem } from './large-system.ts';
import { startLargeSystem } from './large-system.ts';
import type { QuestionsName, Way } from './questions.ts';

/*
 * The suite `large`: whether many large values at once take longer than a few at a time, and how long small requests of
 * another client take meanwhile. The loads that it compares take turns, so that the rest of the machine is the same for both.
 */

export interface LargeSuiteOptions {
  readonly round: number;
  /** How long small requests are measured in each turn. */
  readonly ms: number;
  readonly warmMs: number;
  tell(measurement: LargeMeasurement): void;
}

const ways: readonly Way[] = ['to a server', 'from a server', 'both ways'];
const count = 100;
const few = 8;
const burstBytes = 340_000;
const burstTurns = 5;
const loadBytes = 1_048_576;
const smallTurns = 3;
const perSecond = 100;
/** Fewer requests than 300 have no 99th percentile. */
const smallMsMin = 3_000;
/** So long after the large values began, or had ended, the system counts as loaded or as quiet. */
const settlingMs = 500;

export async function large({ round, ms, warmMs, tell }: LargeSuiteOptions): Promise<void> {
  const system = await startLargeSystem();
  try {
    await warmUp(system, warmMs);
    for (const way of ways) {
      for (let turn = 0; turn < burstTurns; turn += 1) tell(await measureBursts(system, way, round, turn));
    }
    for (const servers of ['shared', 'others'] as const) {
      for (let turn = 0; turn < smallTurns; turn += 1) {
        for (const way of ways) tell(await measureSmall(system, servers, way, round, Math.max(ms, smallMsMin)));
      }
    }
  } finally {
    await system.stop();
  }
}

/** Until the code of all processes is compiled. */
async function warmUp({ large: client, small }: LargeSystem, warmMs: number): Promise<void> {
  for (const way of ways) {
    await client.run({ type: 'bursts', way, bytes: burstBytes, count: few, atOnce: few, ms: warmMs / ways.length });
  }
  const load = { type: 'paced', perSecond: 10 * perSecond, warmMs: 0, ms: warmMs / 2 } as const;
  for (const one of Object.values(small)) await one.run(load);
}

async function measureBursts(system: LargeSystem, way: Way, round: number, turn: number): Promise<BurstPair> {
  const measured = new Map<number, Burst>();
  for (const atOnce of turn % 2 === 0 ? [count, few] : [few, count]) {
    const before = await countAll(system.endpoints);
    const result = await system.large.run({ type: 'bursts', way, bytes: burstBytes, count, atOnce, ms: 0 });
    const after = await countAll(system.endpoints);
    const { answered, wrong, failed, wallMs, resent } = result;
    measured.set(atOnce, {
      asked: count,
      answered,
      wrong,
      failed,
      wallMs,
      sentTimes: (after.forwardedBytes - before.forwardedBytes) / (count * burstBytes * hopsOf(way)),
      resent: resent + after.retries - before.retries,
      dropped: after.dropped - before.dropped,
    });
  }
  return { type: 'bursts', way, round, atOnce: measured.get(count) as Burst, fewAtOnce: measured.get(few) as Burst };
}

/** Between the client and the calc-server, and between the calc-server and an op-server. */
function hopsOf(way: Way): number {
  return way === 'both ways' ? 4 : 2;
}

async function measureSmall(
  { large: client, small, endpoints }: LargeSystem,
  servers: QuestionsName,
  way: Way,
  round: number,
  ms: number,
): Promise<SmallPair> {
  const load = { type: 'paced', perSecond, warmMs: settlingMs, ms } as const;
  const before = machineBusyUs();
  const quiet = await small[servers].run(load);
  const after = machineBusyUs();
  const counted = await countAll(endpoints);
  const burst = { type: 'bursts', way, bytes: loadBytes, count, atOnce: count, ms: settlingMs + ms } as const;
  const [values, loaded] = await Promise.all([client.run(burst), small[servers].run(load)]);
  const { takeovers } = await countAll(endpoints);
  return {
    type: 'small',
    servers,
    way,
    round,
    quiet: smallRequests(quiet),
    loaded: smallRequests(loaded),
    othersShare: (after.busyUs - before.busyUs) / Math.max(1, after.allUs - before.allUs),
    takeovers: takeovers - counted.takeovers,
    large: {
      asked: askedIn(values),
      answered: values.answered,
      perSecond: (values.answered * 1_000) / values.wallMs,
    },
  };
}

function smallRequests(result: OrderResult): SmallRequests {
  const { answered, latenciesMs } = result;
  const at = (share: number): number => percentile(latenciesMs, share);
  return { asked: askedIn(result), answered, p50Ms: at(0.5), p99Ms: at(0.99), longestMs: at(1) };
}

function askedIn({ answered, wrong, failed }: OrderResult): number {
  return answered + wrong + sum(Object.values(failed));
}
