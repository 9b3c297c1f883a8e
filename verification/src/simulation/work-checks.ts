import type { Violation } from './violation.ts';
import type { FaultSpan, History, WorkRun } from './history.ts';
import { allStartedMs, checkFallbacks } from './prompt-checks.ts';
import type { Scenario } from './scenario.ts';
import { isBrokerName } from './system.ts';

/**
 * Work that takes time is computed once for each time it was planned, however long it takes, if there is no fault; and
 * once more for each fault of its server, or of the path between the server and the calc-server that planned it. (When
 * a calc-server is lost, the calls of its formulas are planned again.) A requester that stands still moves no request,
 * nor do faults of uninvolved processes.
 */
export function checkWork(scenario: Pick<Scenario, 'mode' | 'work' | 'opServers'>, history: History): Violation[] {
  const { mode } = scenario;
  const { planned, faults, fellBack } = history;
  const found: Violation[] = [];
  for (const [call, runs] of runsByCall(history)) {
    const afterMs = mode === 'work-failovers' ? copiesMs : recoveredMs;
    const most = (planned.get(call) ?? 0) + disturbances(runs, history, afterMs, scenario);
    const atMs = runs[most]?.fromMs;
    if (atMs === undefined) continue;
    found.push({
      atMs,
      what: `${call} was computed ${runs.length} times (${places(runs)}), planned ${planned.get(call) ?? 0}, and ${most} are allowed`,
    });
  }
  if (faults.length > 0 || scenario.opServers.length === 0) return found;
  return [...found, ...fellBack.map(({ who, atMs }) => ({ atMs, what: `${who} fell back though nothing was wrong` }))];
}

/**
 * A failover from one broker to the other repeats no work whose handlers wait: every process is connected to both
 * brokers, so a server stays listed and keeps its requests. A server whose handler blocks its loop for longer than the
 * brokers take to change may be cut off by the next broker.
 */
export function checkFailovers(scenario: Scenario, history: History): Violation[] {
  const { brokers, work } = scenario;
  const { plans, runs } = history;
  if (brokers === 1 || work === undefined || work.blockingShare > 0) return [];
  return [
    ...checkFallbacks(scenario, history),
    ...again(
      plans.map(({ call, name, atMs }) => ({ call, name, atMs })),
      'planned',
    ),
    ...again(
      runs.map(({ call, name, fromMs }) => ({ call, name, atMs: fromMs })),
      'computed',
    ),
  ];
}

/**
 * A server that is not reached for a while keeps its requests for a tenth of the time that it has had them. So nothing is
 * computed twice, if the server is back within that time.
 */
export function checkCuts({ runs, faults }: History): Violation[] {
  return again(
    runs.map(({ call, name, fromMs }) => ({ call, name, atMs: fromMs })),
    'computed',
    (sinceMs) =>
      faults.some(
        // What arrived while a server stood still begins at the moment when it goes on.
        ({ fromMs, toMs }) => toMs >= sinceMs && fromMs - sinceMs < (toMs + backMs - fromMs) / stayShare,
      ),
  );
}

/** A restart of an op-server repeats nothing, if its runs end within its drain time. */
export function checkRestarts({ runs }: History): Violation[] {
  return again(
    runs.map(({ call, name, fromMs }) => ({ call, name, atMs: fromMs })),
    'computed',
  );
}

/**
 * Without a fault no formula is planned twice, and no call computed more often than it was planned. A short pause of a
 * broker does not count as a fault, if handlers wait.
 */
export function checkUndisturbed(
  { work }: Pick<Scenario, 'work'>,
  { plans, planned, runs, faults, brokers }: History,
): Violation[] {
  if (work === undefined || work.blockingShare > 0) return [];
  const isDisturbed = (fromMs: number, toMs: number): boolean => {
    const meanwhile = (beganMs: number, endedMs: number): boolean => beganMs <= toMs && endedMs + recoveredMs >= fromMs;
    const faulty = faults.some((fault) => !isPause(fault) && meanwhile(fault.fromMs, fault.toMs));
    return faulty || brokers.some(({ state, atMs }) => state !== 'stopped' && meanwhile(atMs, atMs));
  };
  return [
    ...again(
      plans.map(({ call, name, atMs }) => ({ call, name, atMs })),
      'planned',
      isDisturbed,
    ),
    ...again(
      runs.map(({ call, name, fromMs }) => ({ call, name, atMs: fromMs })),
      'computed',
      isDisturbed,
      // After a fault two calc-servers may have planned it. Both wait for room, and compute it long after the fault.
      (call) => planned.get(call) ?? 1,
    ),
  ];
}

interface Occasion {
  readonly call: string;
  readonly name: string;
  readonly atMs: number;
}

/** Calls that were made before all processes knew each other do not count. */
function again(
  occasions: readonly Occasion[],
  verb: string,
  isAllowed: (fromMs: number, toMs: number) => boolean = () => false,
  most: (call: string) => number = () => 1,
): Violation[] {
  const first = new Map<string, Occasion>();
  const times = new Map<string, number>();
  return occasions.flatMap((one) => {
    const before = first.get(one.call);
    const nth = (times.get(one.call) ?? 0) + 1;
    times.set(one.call, nth);
    if (before === undefined) first.set(one.call, one);
    if (before === undefined || nth <= most(one.call)) return [];
    if (before.atMs < allStartedMs || isAllowed(before.atMs, one.atMs)) return [];
    const what = `${one.call} was ${verb} by ${before.name} at ${before.atMs.toFixed(0)} and by ${one.name} at ${one.atMs.toFixed(0)}`;
    return [{ atMs: one.atMs, what }];
  });
}

/** Until all processes know each other again; until then a calc-server may know only one of two op-servers. */
const recoveredMs = 5_000;
/**
 * A copy that a failover has caused runs for up to thirty seconds. A server that keeps it as its requester's oldest
 * request gives back all others, is passed over, and gets copies as probes.
 */
const copiesMs = 35_000;
/** The first repetition of a request that no beat has named. */
const unheardMs = 200;

function runsByCall({ runs }: History): Map<string, WorkRun[]> {
  const byCall = new Map<string, WorkRun[]>();
  for (const run of runs) {
    const known = byCall.get(run.call);
    if (known === undefined) byCall.set(run.call, [run]);
    else known.push(run);
  }
  for (const all of byCall.values()) all.sort((one, other) => one.fromMs - other.fromMs);
  return byCall;
}

/** A server that is reached again is listed again within this time. */
const backMs = 500;
const stayShare = 0.1;
/** A participant gives up the connection to a broker that is silent for this long. */
const givenUpMs = 1_000;
/** How many faults happened between the first and the last run that may have caused a repetition. */
function disturbances(
  runs: readonly WorkRun[],
  { faults, brokers, plans }: History,
  afterMs: number,
  { work }: Pick<Scenario, 'work'>,
): number {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined || first === last) return 0;
  const planners = new Set(plans.filter(({ call }) => call === first.call).map(({ name }) => name));
  const servers = new Set(runs.map(({ name }) => name));
  const meanwhile = (fromMs: number, toMs: number): boolean => fromMs <= last.fromMs && toMs + afterMs >= first.fromMs;
  return (
    faults
      .filter((fault) => work === undefined || work.blockingShare > 0 || !isPause(fault))
      .filter((fault) => meanwhile(fault.fromMs, fault.toMs) && mayRepeat(fault, servers, planners)).length +
    // At the start both brokers may be active for a moment. The step down of one of them counts like a failover.
    brokers.filter(({ state, atMs }) => state !== 'stopped' && meanwhile(atMs, atMs)).length
  );
}

/**
 * A broker stood still, and its participants kept their connections to it. It delivers late what it was sent, and
 * requesters know that. A handler that blocks may miss a takeover meanwhile.
 */
function isPause({ kind, target, fromMs, toMs }: FaultSpan): boolean {
  return isBrokerName(target) && (kind === 'stop' || kind === 'hang') && toMs - fromMs < givenUpMs;
}

function mayRepeat({ kind, target, other, fromMs, toMs }: FaultSpan, servers: Names, planners: Names): boolean {
  const strikes = (name: string): boolean => isBrokerName(name) || servers.has(name);
  if (other !== undefined) return [target, other].some((name) => strikes(name) || planners.has(name));
  if (kind === 'stop' || kind === 'hang') return strikes(target) && toMs - fromMs >= unheardMs / 2;
  return strikes(target);
}

type Names = ReadonlySet<string>;

function places(runs: readonly WorkRun[]): string {
  return runs.map(({ name, process, fromMs }) => `${name}#${process} at ${fromMs.toFixed(0)}`).join(', ');
}
