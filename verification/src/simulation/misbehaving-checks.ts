import type { Violation } from './violation.ts';
import type { Asked, History } from './history.ts';
import type { Misbehaviour } from './misbehaving.ts';
import { inWords } from './outcome-checks.ts';
import type { Scenario, Work } from './scenario.ts';
import { misbehavesMs } from './scenario.ts';
import { slotsOf } from './work.ts';

/*
 * What an op-server may cost others that speaks the protocol and does not keep to it. Each call has one outcome, and each computation
 * runs once, as always (outcome-checks.ts, work-checks.ts). Beside that:
 *
 * - It keeps as many calls waiting as each calc-server trusts it with before it has answered one, for each operation.
 * - It fails as many as each calc-server needs to notice.
 * - All others are answered within a second and what they wait for honest servers; those that it kept, soon after it is gone.
 */

/** In flight at a server that has answered nothing, for each operation; and at one that announces a window. */
const trusted = { unheard: 2, announced: 16 };
/** After so many failures in a row, and one more that was in flight, a server gets copies only. */
const failuresMax = 8 + 1;
const operations = 2;
/** A server that says nothing is sent a request for up to 250 ms; another one that may then be busy gives it back. */
const lateMs = 1_000;
/** Its end is heard at once; requests that it has kept go to others. */
const releasedMs = 1_000;

export function checkMisled(scenario: Scenario, history: History): Violation[] {
  const { misbehaviour, work, calcServers } = scenario;
  if (misbehaviour === undefined || work === undefined) return [];
  const inTimeMs = lateMs + honestMs(scenario, work);
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

/** What it has it holds, so that what it has is late. */
const keeps: ReadonlySet<Misbehaviour> = new Set([
  'beats-for-ever',
  'beats-once',
  'lists-all',
  'window-1',
  'window-all',
]);

function trustedMax(misbehaviour: Misbehaviour): number {
  return misbehaviour === 'window-all' ? trusted.announced : trusted.unheard;
}

/** The longest that a call takes when only honest servers are there: one computation, and a burst before it. */
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
