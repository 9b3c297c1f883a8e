import type { Violation } from './violation.ts';
import type { Asked, History, WorkRun } from './history.ts';
import { callsOf } from './calls.ts';
import { inWords } from './outcome-checks.ts';
import type { Scenario } from './scenario.ts';
import type { Work } from './work-scenarios.ts';
import { overloadMs, slotsAt, slotsOf } from './work.ts';

/*
 * The promises that hold while there is too much work and no fault.
 */

export function checkLoad(scenario: Scenario, history: History): Violation[] {
  const { work } = scenario;
  if (work === undefined) return [];
  return [
    ...checkIdle(scenario, work, history),
    ...checkPaced(scenario, work, history),
    ...checkGoodput(scenario, work, history),
  ];
}

/** By then every process knows how much each server can take. */
const knownMs = 2_500;
/** A request waits at a busy server for up to 200 ms before it is given back. Giving back and resending take 8 hops. */
const idleMaxMs = 250;
const hops = 8;

/**
 * No slot is idle for long while requests wait. At each busy server the oldest request of each requester may wait, so
 * these do not count.
 */
function checkIdle({ opServers, delayMs }: Scenario, work: Work, { plans, runs }: History): Violation[] {
  const graceMs = idleMaxMs + 10 * hops * delayMs[1];
  const beginsMs = new Map(runs.map(({ call, fromMs }) => [call, fromMs]));
  const waits = plans.map(({ call, name, atMs }) => ({
    key: `${name} ${call.split(' ')[0]}`,
    fromMs: atMs,
    toMs: beginsMs.get(call) ?? atMs,
  }));
  const servers = opServers.map((_, index) => ({ name: `op-${index + 1}`, slots: slotsAt(work, index) }));
  const endMs = Math.max(0, ...waits.map(({ toMs }) => toMs));
  for (let fromMs = knownMs; fromMs + graceMs < endMs; fromMs += graceMs / 2) {
    const toMs = fromMs + graceMs;
    const waiting = new Map<string, number>();
    for (const wait of waits) {
      if (wait.fromMs <= fromMs && wait.toMs >= toMs) waiting.set(wait.key, (waiting.get(wait.key) ?? 0) + 1);
    }
    const [key, many] = [...waiting].toSorted((one, other) => other[1] - one[1])[0] ?? ['', 0];
    if (many < servers.length) continue;
    const idle = servers.find(({ name, slots }) => hadRoom(runs, name, slots, fromMs, toMs));
    if (idle === undefined) continue;
    const what = `${idle.name} had a slot free for ${graceMs.toFixed(0)} ms while ${many} of ${key} waited`;
    return [{ atMs: toMs, what }];
  }
  return [];
}

/** Whether one of its slots was free all the time. */
function hadRoom(runs: readonly WorkRun[], server: string, slots: number, fromMs: number, toMs: number): boolean {
  return runs.filter((run) => run.name === server && run.fromMs < toMs && run.toMs > fromMs).length < slots;
}

/** A paced request may take this many times as long as one computation, unless its own client has more to wait for. */
const pacedShare = 5;
/** One of the eight packets of a request may take ten times as long as usual. */
const pacedHops = 16;

/**
 * The burst of one client delays the requests of others only a little, because they need less than their share. A client
 * that has several requests open at once may need more: then they take as long as its share of the slots needs for them.
 */
function checkPaced({ delayMs, opServers, clients }: Scenario, work: Work, { asked }: History): Violation[] {
  const { evenMs = 0, bursts, overloadFromMs } = work;
  const [burst] = bursts;
  if (burst === undefined || overloadFromMs !== undefined) return [];
  const shareOfSlots = slotsOf(work, opServers.length) / clients;
  return asked.filter(isPaced(burst.atMs)).flatMap((one) => {
    const onceMs = pacedShare * evenMs + 100 + 10 * pacedHops * delayMs[1];
    const ownMs = (evenMs * callsOpenWith(one, asked, onceMs)) / shareOfSlots;
    const most = onceMs + Math.max(0, ownMs - pacedShare * evenMs);
    const tookMs = settledMs(one) - one.atMs;
    if (tookMs <= most) return [];
    return [
      {
        atMs: one.atMs + most,
        what: `${inWords(one)} took ${tookMs.toFixed(0)} ms beside the burst of another client`,
      },
    ];
  });
}

/**
 * While the burst of short computations is computed, each calc-server may compute this many long ones: one that has begun
 * is not interrupted, and a client sends a new server only a few requests until it has answered some.
 */
const costlyMax = 8;

/**
 * Clients take turns by what their computations cost and not by their number: the bursts of short computations are
 * answered in the time that their client's share of the calc-servers needs for them, and little more.
 */
export function checkShares({ work, delayMs, calcServers, clients }: Scenario, { asked }: History): Violation[] {
  if (work?.othersMs === undefined) return [];
  const [costly, short] = work.bursts;
  if (costly === undefined || short === undefined) return [];
  const { evenMs = 0, othersMs } = work;
  const burst = asked.filter(
    ({ client, atMs }) => client === 'client-2' && atMs >= short.atMs && atMs < short.atMs + 1,
  );
  const calls = burst.reduce((total, { formula, operands }) => total + callsOf(formula, operands).length, 0);
  const ownMs = (calls * othersMs * clients) / calcServers;
  const most = ownMs + costlyMax * evenMs + 100 + 10 * pacedHops * delayMs[1];
  return burst
    .filter((one) => settledMs(one) - one.atMs > most)
    .slice(0, 1)
    .map((one) => ({
      atMs: one.atMs + most,
      what: `${inWords(one)} took ${(settledMs(one) - one.atMs).toFixed(0)} ms beside a burst of long computations`,
    }));
}

function settledMs({ settled: [first] }: Asked): number {
  return first?.atMs ?? Number.POSITIVE_INFINITY;
}

/** The calls of the client's requests that were open in the first time of this one, its own included. */
function callsOpenWith(one: Asked, asked: readonly Asked[], forMs: number): number {
  return asked
    .filter(({ client }) => client === one.client)
    .filter((other) => other.atMs < one.atMs + forMs && settledMs(other) > one.atMs)
    .reduce((total, { formula, operands }) => total + callsOf(formula, operands).length, 0);
}

const burstSeenMs = 10_000;

function isPaced(burstMs: number): (asked: Asked) => boolean {
  return ({ client, atMs }) => client !== 'client-1' && atMs >= burstMs && atMs < burstMs + burstSeenMs;
}

const goodShare = 0.9;
/** By then as many requests wait as may. */
const filledMs = 10_000;

/** At twice the capacity, as much is answered as at the capacity. */
function checkGoodput({ opServers }: Scenario, work: Work, { asked, runs }: History): Violation[] {
  const { overloadFromMs } = work;
  if (overloadFromMs === undefined) return [];
  const fromMs = overloadFromMs + filledMs;
  const toMs = overloadFromMs + overloadMs;
  const answered = new Set(
    asked.flatMap(({ formula, operands, settled: [first] }) =>
      first !== undefined && 'value' in first.outcome ? callsOf(formula, operands) : [],
    ),
  );
  let usefulMs = 0;
  for (const run of runs) {
    if (!answered.has(run.call)) continue;
    usefulMs += Math.max(0, Math.min(toMs, run.toMs) - Math.max(fromMs, run.fromMs));
  }
  const share = usefulMs / ((toMs - fromMs) * slotsOf(work, opServers.length));
  if (share >= goodShare) return [];
  return [{ atMs: toMs, what: `${(100 * share).toFixed(0)}% of the capacity was of use at twice the load` }];
}
