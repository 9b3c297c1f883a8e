import { limits } from '@cateto/contracts';
import type { Violation } from './violation.ts';
import type { Asked, History } from './history.ts';
import { inWords } from './outcome-checks.ts';

/** A request may still be sent to a server whose end no process has noticed yet: 8 ms and slow hops. */
const unnoticedMs = 50;

/**
 * A request that ends its servers takes at most three op-servers for each calc-server that requests it, plus those that
 * had a copy while they were stopped or cut off. A calc-server does not compute a call that has ended three op-servers.
 * A request is given up as lost only when three servers ended while it was open: drains, cut links and stopped
 * processes do not count as ends.
 */
export function checkFatal(history: History): Violation[] {
  return [...checkTaken(history), ...history.asked.flatMap((asked) => checkLost(asked, history))];
}

function checkTaken(history: History): Violation[] {
  const outOfReach = history.faults.filter(({ kind }) => kind !== 'kill').length;
  return [...new Set(history.fatalEnds.map(({ of }) => of))].flatMap((of) => {
    const ends = history.fatalEnds.filter((end) => end.of === of);
    const plans = plansOf(of, history);
    const opEnds = ends.filter(({ name }) => name.startsWith('op-'));
    const found: Violation[] = [];
    const tooMany = opEnds[limits.serverEndsMax * plans.length + outOfReach];
    if (tooMany !== undefined) {
      found.push({
        atMs: tooMany.atMs,
        what: `${of} ended ${opEnds.length} op-servers for ${plans.length} calc-servers`,
      });
    }
    for (const { name, process, atMs } of ends.filter((end) => end.name.startsWith('calc-'))) {
      const plannedMs = plans.find((plan) => plan.process === process)?.atMs ?? atMs;
      const before = opEnds.filter((end) => end.atMs >= plannedMs && end.atMs <= atMs).length;
      const alone = plans.every((plan) => plan.process === process || plan.atMs < plannedMs || plan.atMs > atMs);
      if (alone && before >= limits.serverEndsMax + outOfReach) {
        found.push({ atMs, what: `${name} computed ${of}, which had ended ${before} op-servers` });
      }
    }
    return found;
  });
}

/** The calc-server processes that planned a fatal call, and when each did first. */
function plansOf(of: string, { ran }: History): { readonly process: number; readonly atMs: number }[] {
  const [, input = ''] = of.split(' ');
  return [...ran].flatMap(([key, [atMs = 0]]) => {
    const process = /^calc-\d+#(\d+) /.exec(key)?.[1];
    return process === undefined || !key.includes(`[${input},`) ? [] : [{ process: Number(process), atMs }];
  });
}

function checkLost(asked: Asked, history: History): Violation[] {
  const [first] = asked.settled;
  if (first === undefined || 'value' in first.outcome || first.outcome.code !== 'server-lost') return [];
  const ends = history.lives.filter(({ name, toMs, process }) => {
    const isServer = name.startsWith('op-') || name.startsWith('calc-');
    return (
      isServer && toMs >= asked.atMs - unnoticedMs && toMs <= first.atMs && endedAtOnce(name, process, toMs, history)
    );
  });
  if (ends.length >= limits.serverEndsMax) return [];
  return [{ atMs: first.atMs, what: `${inWords(asked)} was lost, with ${ends.length} ends of servers` }];
}

/** It ended by its own computation, or by kill -9 from outside. */
function endedAtOnce(name: string, process: number, toMs: number, { fatalEnds, faults }: History): boolean {
  if (fatalEnds.some((end) => end.process === process)) return true;
  return faults.some(({ kind, target, fromMs }) => kind === 'kill' && target === name && fromMs === toMs);
}
