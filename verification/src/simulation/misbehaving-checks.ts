import type { Violation } from './violation.ts';
import type { Asked, History } from './history.ts';
import type { Misbehaviour } from './misbehaving.ts';
import { inWords } from './outcome-checks.ts';
import type { Scenario } from './scenario.ts';
import type { Work } from './work-scenarios.ts';
import { misbehavesMs } from './scenario.ts';
import { slotsOf } from './work.ts';

/*
 * The cost of an op-server that speaks the protocol but does not keep to it. As always, each call has one outcome, and
 * each computation runs once (outcome-checks.ts, work-checks.ts). Besides:
 * - It keeps as many calls waiting as each calc-server trusts it with before its first answer, for each operation.
 * - It fails as many calls as each calc-server needs to notice.
 * - All other calls are answered within a second plus their wait for honest servers; the calls that it kept, soon after
 *   it is gone.
 */

/** The requests in flight at a server without an answer, for each operation; and at one that announces a window. */
const trusted = { unheard: 2, announced: 16 };
/** After this many failures in a row, plus one that was in flight, a server only gets copies. */
const failuresMax = 8 + 1;
const operations = 2;
/** A server that sends no beat has a request for up to 250 ms. The next server may then be busy and give it back. */
const lateMs = 1_000;
/** A server that sends one beat is believed for its lease. Then at least one request a second moves, of those that it has. */
const leaseMs = 2_000 + 3_000;
/** Its end is noticed at once, and the requests that it kept go to others. */
const releasedMs = 1_000;

export function checkMisled(scenario: Scenario, history: History): Violation[] {
  const { misbehaviour, work, calcServers } = scenario;
  if (misbehaviour === undefined || work === undefined) return [];
  const inTimeMs = lateMs + honestMs(scenario, work) + (misbehaviour === 'beats-once' ? leaseMs : 0);
  const places = calcServers * operations;
  const during = history.asked.filter(({ atMs }) => atMs >= misbehavesMs.from - inTimeMs && atMs < misbehavesMs.to);
  const failed = during.filter(({ settled: [first] }) => first !== undefined && 'code' in first.outcome);
  const late = during.filter((one) => tookMs(one) > inTimeMs);
  return [
    ...tooMany(failed, misbehaviour === 'fails-fast' ? places * failuresMax : 0, 'failed'),
    ...tooMany(late, keeps.has(misbehaviour) ? places * trustedMax(misbehaviour) : 0, 'were late'),
    ...late
      .filter(
        ({ settled: [first] }) => (first?.atMs ?? Number.POSITIVE_INFINITY) > misbehavesMs.to + releasedMs + inTimeMs,
      )
      .map((one) => ({
        atMs: misbehavesMs.to + inTimeMs,
        what: `${inWords(one)} waited longer than the stranger lived`,
      })),
  ];
}

/** Kinds of servers that hold their calls, so that these calls are late. */
const keeps: ReadonlySet<Misbehaviour> = new Set(['beats-for-ever', 'lists-all', 'window-1', 'window-all']);

function trustedMax(misbehaviour: Misbehaviour): number {
  return misbehaviour === 'window-all' ? trusted.announced : trusted.unheard;
}

/** The longest time of a call with honest servers only: one computation, and a burst before it. */
function honestMs({ opServers }: Scenario, work: Work): number {
  const { evenMs = 0, bursts } = work;
  const calls = bursts.reduce((total, { many }) => total + 3 * many, 0);
  return evenMs + (1.5 * calls * evenMs) / slotsOf(work, opServers.length);
}

function tookMs({ atMs, settled: [first] }: Asked): number {
  return (first?.atMs ?? Number.POSITIVE_INFINITY) - atMs;
}

function tooMany(calls: readonly Asked[], most: number, what: string): Violation[] {
  const one = calls[most];
  if (one === undefined) return [];
  return [{ atMs: one.atMs, what: `${calls.length} calls ${what}, of which ${most} are allowed: ${inWords(one)}` }];
}
