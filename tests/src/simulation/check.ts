import type { Asked, BrokerChange, FaultSpan, History, Life } from './history.ts';
import type { Scenario } from './scenario.ts';
import { settleMs } from './simulate.ts';

/*
 * The promises of docs/protocol.md, each as a check on what happened. They know nothing of how it came to happen.
 */

export interface Violation {
  readonly atMs: number;
  readonly what: string;
}

/** Failures that an answer may be when there is trouble: nobody was there, or not in time. */
const troubles: ReadonlySet<string> = new Set(['no-listener', 'deadline-exceeded', 'overloaded']);
/** A timer of whole milliseconds, and the turns around it. */
const timerSlackMs = 3;
/** Three heartbeats and the way of a message. */
const twoActiveMaxMs = 200;
/** A broker that has just started is met by the other one at its next attempt to connect. */
const metMaxMs = 450;
/** For as long as the kernel takes to find out that a heartbeat link is dead, two active brokers may not hear each other. */
const deadLinkMs = settleMs;

export function check(scenario: Scenario, history: History): Violation[] {
  return [
    ...history.asked.flatMap((asked) => checkOutcome(asked, history)),
    ...history.asked.flatMap((asked) => checkAnswered(asked, scenario, history)),
    ...(scenario.mode === 'any' ? [] : checkPrompt(scenario, history)),
    ...checkRuns(history),
    ...checkBrokers(history),
    ...history.leftOver.map((what) => ({ atMs: history.endMs, what: `left over at the end: ${what}` })),
  ].toSorted((a, b) => a.atMs - b.atMs);
}

function inWords({ client, formula, operands, atMs, timeoutMs }: Asked): string {
  return `${client}'s ${formula}(${operands.join(', ')}), asked at ${atMs.toFixed(2)} with ${timeoutMs} ms`;
}

/** Each call settles once, by its deadline, and a value is the right one for that request. */
function checkOutcome(asked: Asked, history: History): Violation[] {
  const [first, second] = asked.settled;
  const deadlineMs = asked.atMs + asked.timeoutMs;
  if (first === undefined) {
    // With its process its caller is gone.
    const life = history.lives.find(({ process }) => process === asked.process);
    if (life !== undefined && life.toMs <= deadlineMs + timerSlackMs + standstillMs(asked, history)) return [];
    return [{ atMs: deadlineMs, what: `${inWords(asked)} never settled` }];
  }
  const found: Violation[] = [];
  if (second !== undefined) found.push({ atMs: second.atMs, what: `${inWords(asked)} settled twice` });
  if (first.atMs > deadlineMs + timerSlackMs + standstillMs(asked, history)) {
    found.push({ atMs: first.atMs, what: `${inWords(asked)} settled ${(first.atMs - deadlineMs).toFixed(1)} ms late` });
  }
  if ('value' in first.outcome && !Object.is(first.outcome.value, asked.expected)) {
    found.push({
      atMs: first.atMs,
      what: `${inWords(asked)} got ${String(first.outcome.value)}, not ${String(asked.expected)}`,
    });
  }
  return found;
}

/** For how long its client could not run, from the call on. */
function standstillMs({ client, atMs }: Asked, { faults }: History): number {
  return faults
    .filter(({ kind, target, toMs }) => target === client && toMs > atMs && ['stop', 'hang', 'slow'].includes(kind))
    .reduce((total, { fromMs, toMs }) => total + toMs - Math.max(fromMs, atMs) + slowSlackMs, 0);
}

/** A slow client has turns left to do when the fault ends. */
const slowSlackMs = 1_500;

/** Who may fail, and how. */
function checkAnswered(asked: Asked, scenario: Scenario, history: History): Violation[] {
  const [first] = asked.settled;
  if (first === undefined || 'value' in first.outcome) return [];
  const { code } = first.outcome;
  const ended = history.lives.some(
    ({ process, toMs }) => process === asked.process && toMs < asked.atMs + asked.timeoutMs,
  );
  if (code === 'cancelled' && terminated(asked, history)) return [];
  const violation = [{ atMs: first.atMs, what: `${inWords(asked)} failed: ${code}` }];
  if (!troubles.has(code)) return violation;
  if (ended) return [];
  if (scenario.mode !== 'any') return violation;
  return quietFrom(asked.atMs - settleMs, asked.atMs + asked.timeoutMs, history) && asked.timeoutMs >= 1_000
    ? violation
    : [];
}

function terminated({ client, atMs }: Asked, { faults }: History): boolean {
  return faults.some(
    ({ kind, target, fromMs, toMs }) => kind === 'terminate' && target === client && toMs >= atMs && fromMs >= 0,
  );
}

/** Whether nothing went wrong, and nobody was started, in a span of time. */
function quietFrom(fromMs: number, toMs: number, { faults, lives }: History): boolean {
  return (
    !faults.some((fault) => fault.fromMs <= toMs && fault.toMs >= fromMs) &&
    !lives.some((life) => life.fromMs <= toMs && life.fromMs >= fromMs)
  );
}

/** From here on everybody of a scenario has started and been found. */
const allStartedMs = 1_500;
/**
 * The longest that a request may take when a process ends, which is heard at once, and when one stands still, which only
 * its silence tells. An op-server whose loop hangs without a stand-in is waited for as long as an operation may take.
 */
const promptMs = { ends: 100, standsStill: 1_000 };
/** A request takes 8 hops, and may have to be sent again. */
const hops = 16;

/**
 * Nobody is held up for long by one process that ends or stands still, and a broker's end makes nobody fall back: during a
 * failover calc-servers wait.
 */
function checkPrompt({ delayMs, opServers }: Scenario, history: History): Violation[] {
  const slowHopMs = 10 * delayMs[1];
  return history.faults.flatMap((fault) => {
    const maxMs = promptMaxMs(fault);
    if (maxMs === undefined || fault.fromMs < allStartedMs) return [];
    const [verb, ended] = maxMs === promptMs.ends ? ['ended', true] : ['stood still', false];
    return openDuring(fault, maxMs, history).flatMap(({ asked, atMs, via }) => {
      const tookMs = atMs - asked.atMs;
      const found: Violation[] = [];
      if (tookMs > maxMs + hops * slowHopMs) {
        found.push({ atMs, what: `${inWords(asked)} took ${tookMs.toFixed(0)} ms when ${fault.target} ${verb}` });
      }
      if (ended && via.length > 0 && isBrokerName(fault.target) && opServers.includes('all')) {
        found.push({ atMs, what: `${inWords(asked)} fell back when ${fault.target} ended` });
      }
      return found;
    });
  });
}

function promptMaxMs({ kind, target }: FaultSpan): number | undefined {
  if (kind === 'kill' || kind === 'terminate') return promptMs.ends;
  if (kind === 'stop') return promptMs.standsStill;
  return kind === 'hang' && isBrokerName(target) ? promptMs.standsStill : undefined;
}

/** Requests that were answered and open during a fault or soon after; a client that stands still waits for itself. */
function openDuring({ kind, target, fromMs, toMs }: FaultSpan, soonMs: number, { asked: all }: History) {
  return all.flatMap((asked) => {
    const [first] = asked.settled;
    if (first === undefined || !('value' in first.outcome)) return [];
    if (asked.atMs > toMs + soonMs || first.atMs < fromMs || (asked.client === target && kind === 'stop')) return [];
    return [{ asked, atMs: first.atMs, via: first.outcome.via }];
  });
}

/** A living server runs an id once, and an op-server runs no more than was asked for. */
function checkRuns({ ran, planned, endMs }: History): Violation[] {
  const found: Violation[] = [];
  for (const [key, times] of ran) {
    const [who = '', name = '', input = ''] = key.split(' ');
    if (who.startsWith('calc-')) {
      // No two requests have their operands in common.
      if (times > 1) found.push({ atMs: endMs, what: `${who} ran ${name} ${input} ${times} times` });
    } else if (times > (planned.get(`${name} ${input}`) ?? 0)) {
      found.push({ atMs: endMs, what: `${who} ran ${name} ${input} ${times} times, more often than it was planned` });
    }
  }
  return found;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Two active brokers that hear each other end, two standbys do not stay, and somebody is active once all is well. */
function checkBrokers(history: History): Violation[] {
  const active = spansOf(history, 'broker', 'active');
  const activeToo = spansOf(history, 'backup', 'active');
  const found: Violation[] = [];
  for (const one of active) {
    for (const other of activeToo) {
      for (const both of hearing(
        { fromMs: Math.max(one.fromMs, other.fromMs), toMs: Math.min(one.toMs, other.toMs) },
        history,
      )) {
        found.push({
          atMs: both.toMs,
          what: `two brokers were active and heard each other for ${(both.toMs - both.fromMs).toFixed(0)} ms`,
        });
      }
    }
  }
  const none = without([...active, ...activeToo], history.endMs);
  for (const span of none) {
    for (const quiet of calm(span, history)) {
      found.push({
        atMs: quiet.toMs,
        what: `no broker was active for ${(quiet.toMs - quiet.fromMs).toFixed(0)} ms, and nothing was wrong`,
      });
    }
  }
  return found;
}

function spansOf({ brokers, lives, endMs }: History, host: string, state: BrokerChange['state']): Span[] {
  const spans: Span[] = [];
  for (const life of lives.filter(({ name }) => name === host)) {
    const changes = brokers.filter(({ process }) => process === life.process);
    for (const [index, change] of changes.entries()) {
      if (change.state !== state) continue;
      const toMs = changes[index + 1]?.atMs ?? Math.min(life.toMs, endMs);
      spans.push({ fromMs: change.atMs, toMs });
    }
  }
  return spans;
}

/** Parts of a span in which both brokers ran and their link was whole for so long that they must have heard each other. */
function hearing(span: Span, history: History): Span[] {
  return minus(span, history.faults.filter(hitsBrokers), history.lives.filter(isBroker)).filter(
    ({ fromMs, toMs }) => toMs - fromMs > unheardMaxMs(fromMs, history),
  );
}

/** How long two brokers that both run may not hear each other yet. */
function unheardMaxMs(fromMs: number, history: History): number {
  if (cutBefore(fromMs, history)) return deadLinkMs;
  const started = history.lives
    .filter(isBroker)
    .some((life) => life.fromMs <= fromMs && life.fromMs > fromMs - metMaxMs);
  return started ? metMaxMs : twoActiveMaxMs;
}

/** Parts of a span in which nothing was wrong with the brokers for long enough to take over. */
function calm(span: Span, history: History): Span[] {
  return minus(span, history.faults.filter(hitsBrokers), history.lives.filter(isBroker)).filter(
    ({ fromMs, toMs }) => toMs - fromMs > deadLinkMs,
  );
}

function hitsBrokers({ target, other }: FaultSpan): boolean {
  return isBrokerName(target) && (other === undefined || isBrokerName(other));
}

function isBroker({ name }: Life): boolean {
  return isBrokerName(name);
}

function isBrokerName(name: string): boolean {
  return name === 'broker' || name === 'backup';
}

/** Whether something other than a clean start may have left a dead link behind. */
function cutBefore(atMs: number, { faults }: History): boolean {
  return faults.some((fault) => hitsBrokers(fault) && fault.fromMs <= atMs && fault.toMs >= atMs - deadLinkMs);
}

/** What is left of a span without faults, and cut where a process begins or ends. */
function minus(span: Span, faults: readonly FaultSpan[], lives: readonly Life[]): Span[] {
  let left: Span[] = [span];
  const holes: Span[] = [
    ...faults.map(({ fromMs, toMs }) => ({ fromMs, toMs })),
    ...lives.flatMap(({ fromMs, toMs }) => [
      { fromMs, toMs: fromMs },
      { fromMs: toMs, toMs },
    ]),
  ];
  for (const hole of holes) {
    left = left.flatMap((one) =>
      hole.toMs < one.fromMs || hole.fromMs > one.toMs
        ? [one]
        : [
            { fromMs: one.fromMs, toMs: hole.fromMs },
            { fromMs: hole.toMs, toMs: one.toMs },
          ].filter(({ fromMs, toMs }) => toMs > fromMs),
    );
  }
  return left;
}

/** The times up to the end that no span covers. */
function without(spans: readonly Span[], endMs: number): Span[] {
  const left: Span[] = [];
  let coveredMs = 0;
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (fromMs > coveredMs) left.push({ fromMs: coveredMs, toMs: fromMs });
    coveredMs = Math.max(coveredMs, toMs);
  }
  if (coveredMs < endMs) left.push({ fromMs: coveredMs, toMs: endMs });
  return left;
}
