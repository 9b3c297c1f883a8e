import type { Violation } from './violation.ts';
import type { FaultSpan, History } from './history.ts';
import { inWords } from './outcome-checks.ts';
import type { Scenario } from './scenario.ts';
import { isBrokerName } from './system.ts';

/** From this time on, every process of a scenario has started and knows the others. */
export const allStartedMs = 1_500;
/**
 * The longest time of a request when a process ends, which is noticed at once, and when one is stopped, which only its
 * silence shows. An op-server whose loop hangs and that has no second one is waited for as long as an operation may
 * take.
 */
const promptMs = { ends: 100, standsStill: 1_000 };
/** A request takes 8 hops, and may have to be resent. */
const hops = 16;

/** One process that ends or is stopped delays no request for long, as long as there is another of its kind. */
export function checkPrompt({ delayMs, brokers }: Scenario, history: History): Violation[] {
  const slowHopMs = 10 * delayMs[1];
  return history.faults.flatMap((fault) => {
    const maxMs = promptMaxMs(fault);
    if (maxMs === undefined || fault.fromMs < allStartedMs) return [];
    if (brokers === 1 && isBrokerName(fault.target)) return [];
    const verb = maxMs === promptMs.ends ? 'ended' : 'stood still';
    return openDuring(fault, maxMs, history).flatMap(({ asked, atMs }) => {
      const tookMs = atMs - asked.atMs;
      if (tookMs <= maxMs + hops * slowHopMs) return [];
      return [{ atMs, what: `${inWords(asked)} took ${tookMs.toFixed(0)} ms when ${fault.target} ${verb}` }];
    });
  });
}

function promptMaxMs({ kind, target }: FaultSpan): number | undefined {
  if (kind === 'kill' || kind === 'terminate') return promptMs.ends;
  if (kind === 'stop') return promptMs.standsStill;
  return kind === 'hang' && isBrokerName(target) ? promptMs.standsStill : undefined;
}

/** Requests that were answered and were open during a fault or soon after. A stopped client delays only itself. */
function openDuring({ kind, target, fromMs, toMs }: FaultSpan, soonMs: number, { asked: all }: History) {
  return all.flatMap((asked) => {
    const [first] = asked.settled;
    if (first === undefined || !('value' in first.outcome)) return [];
    if (asked.atMs > toMs + soonMs || first.atMs < fromMs || (asked.client === target && kind === 'stop')) return [];
    return [{ asked, atMs: first.atMs }];
  });
}

/** No operation is waited for longer than this, so a later fallback has another reason. */
const fallbackSoonMs = 1_000;

/**
 * The end of a broker causes no fallback: calc-servers know that the broker is gone, and wait for the next one. Without
 * a second broker, a calc-server that connects first to the new one may find no op-server there yet.
 */
export function checkFallbacks({ opServers, brokers }: Scenario, history: History): Violation[] {
  if (!opServers.includes('all')) return [];
  return history.faults.flatMap(({ kind, target, fromMs, toMs }) => {
    if ((kind !== 'kill' && kind !== 'terminate') || !isBrokerName(target) || fromMs < allStartedMs) return [];
    const untilMs = Math.min(fromMs + fallbackSoonMs, brokers === 1 ? toMs : Number.POSITIVE_INFINITY);
    return history.fellBack
      .filter(({ atMs }) => atMs >= fromMs && atMs < untilMs)
      .map(({ who, atMs }) => ({ atMs, what: `${who} fell back when ${target} ended` }));
  });
}
