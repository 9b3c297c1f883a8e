import { checkBrokers } from './broker-checks.ts';
import type { History } from './history.ts';
import { checkFatal } from './fatal-checks.ts';
import { checkLoad, checkShares } from './load-checks.ts';
import { checkLiveness } from './liveness-checks.ts';
import { checkMisled } from './misbehaving-checks.ts';
import { checkOutcomes } from './outcome-checks.ts';
import { checkFallbacks, checkPrompt } from './prompt-checks.ts';
import { checkRuns } from './run-checks.ts';
import type { Scenario } from './scenario.ts';
import { takesTime } from './scenario.ts';
import { checkTables } from './table-checks.ts';
import type { Violation } from './violation.ts';
import { checkCuts, checkFailovers, checkRestarts, checkUndisturbed, checkWork } from './work-checks.ts';

/*
 * The promises of docs/protocol.md, each as a check of a history. The checks do not know how the history came about.
 */

export function check(scenario: Scenario, history: History): Violation[] {
  return [
    ...checkOutcomes(scenario, history),
    ...(scenario.mode === 'load' ? [] : checkLiveness(scenario, history)),
    ...(scenario.mode === 'one-at-a-time' || scenario.mode === 'failovers'
      ? [...checkPrompt(scenario, history), ...checkFallbacks(scenario, history)]
      : []),
    ...(scenario.mode === 'restarts' ? checkRestarts(history) : []),
    ...(scenario.mode === 'cuts' ? checkCuts(history) : []),
    ...(scenario.mode === 'work-failovers' ? checkFailovers(scenario, history) : []),
    ...(scenario.mode === 'work' || scenario.mode === 'pauses' ? checkUndisturbed(scenario, history) : []),
    ...checkRuns(history),
    ...(takesTime(scenario.mode) ? checkWork(scenario, history) : []),
    ...(scenario.mode === 'load' ? checkLoad(scenario, history) : []),
    ...checkShares(scenario, history),
    ...checkMisled(scenario, history),
    ...checkFatal(history),
    ...checkBrokers(history),
    ...checkTables(history),
  ].toSorted((a, b) => a.atMs - b.atMs);
}
