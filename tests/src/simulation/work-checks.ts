import type { Violation } from './violation.ts';
import type { FaultSpan, History, WorkRun } from './history.ts';
import { isBrokerName } from './system.ts';

/**
 * Work that takes time is computed once for each time that it was planned, however long it takes, as long as nothing goes wrong; and
 * once more for each fault that struck the server that ran it, or its way to whoever planned it. (A calc-server that is lost takes
 * its formula's calls along: they are planned anew.) A requester that stands still moves nothing, nor does what ends, stands still or
 * is cut off elsewhere.
 */
export function checkWork(history: History): Violation[] {
  const { planned, faults, fellBack } = history;
  const found: Violation[] = [];
  for (const [call, runs] of runsByCall(history)) {
    const most = (planned.get(call) ?? 0) + disturbances(runs, history);
    const atMs = runs[most]?.fromMs;
    if (atMs === undefined || isFirst(runs, history)) continue;
    found.push({
      atMs,
      what: `${call} was computed ${runs.length} times (${places(runs)}), planned ${planned.get(call) ?? 0}, and ${most} are allowed`,
    });
  }
  if (faults.length > 0) return found;
  return [...found, ...fellBack.map(({ who, atMs }) => ({ atMs, what: `${who} fell back though nothing was wrong` }))];
}

/** Until everybody has heard of everybody again: two op-servers may be known to one of two. */
const recoveredMs = 5_000;
/** The first repetition of a request that was not heard of. */
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

/**
 * A requester does not know yet that a server is at work, and blocked by it, which has never answered it: a first request may be sent to
 * one server after the other, each of which runs it when it gets that far.
 */
function isFirst(runs: readonly WorkRun[], history: History): boolean {
  const own = history.plans.filter(({ call }) => call === runs[0]?.call);
  return own.some((plan) => {
    const planned = new Set(history.plans.filter(({ process }) => process === plan.process).map(({ call }) => call));
    const answered = (server: number): boolean =>
      history.runs.some(({ process, call, toMs }) => process === server && planned.has(call) && toMs < plan.atMs);
    return runs.some(({ process }) => !answered(process));
  });
}

/** How much went wrong between the first and the last run that may have had a run repeated. */
function disturbances(runs: readonly WorkRun[], { faults, brokers, plans }: History): number {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined || first === last) return 0;
  const planners = new Set(plans.filter(({ call }) => call === first.call).map(({ name }) => name));
  const servers = new Set(runs.map(({ name }) => name));
  const meanwhile = (fromMs: number, toMs: number): boolean =>
    fromMs <= last.fromMs && toMs + recoveredMs >= first.fromMs;
  return (
    faults.filter((fault) => meanwhile(fault.fromMs, fault.toMs) && mayRepeat(fault, servers, planners)).length +
    // At the start both brokers may be active for a moment: that one steps down is as good as a failover.
    brokers.filter(({ state, atMs }) => state !== 'stopped' && meanwhile(atMs, atMs)).length
  );
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
