import type { Violation } from './violation.ts';
import type { Asked, History } from './history.ts';
import type { Scenario } from './scenario.ts';

/** Failures that a request may have during faults: no server was there, or not in time. */
export const troubles: ReadonlySet<string> = new Set(['no-listener', 'deadline-exceeded', 'overloaded']);
/** Requests with more time than this are answered even when there is too much work. */
const overloadTimeoutMaxMs = 60_000;
/** Timers have whole milliseconds, plus the turns around them. */
const timerSlackMs = 3;
/** A slow client may have to catch up on turns when the fault ends. */
const slowSlackMs = 1_500;

/** Each call settles once, by its deadline; a value is the right one; and only permitted failures occur. */
export function checkOutcomes({ mode }: Pick<Scenario, 'mode'>, history: History): Violation[] {
  // Without requests, every other promise would hold.
  if (history.asked.length === 0) return [{ atMs: 0, what: 'no client sent a request' }];
  return history.asked.flatMap((asked) => [
    ...checkSettled(asked, history),
    ...checkValue(asked),
    ...checkFailure(asked, mode, history),
  ]);
}

export function inWords({ client, formula, operands, atMs, timeoutMs }: Asked): string {
  return `${client}'s ${formula}(${operands.join(', ')}), asked at ${atMs.toFixed(2)} with ${timeoutMs} ms`;
}

function checkSettled(asked: Asked, history: History): Violation[] {
  const [first, second] = asked.settled;
  const deadlineMs = asked.atMs + asked.timeoutMs;
  const latestMs = deadlineMs + timerSlackMs + standstillMs(asked, history);
  if (first === undefined) {
    // When a process ends, its callers end too.
    const life = history.lives.find(({ process }) => process === asked.process);
    if (life !== undefined && life.toMs <= latestMs) return [];
    return [{ atMs: deadlineMs, what: `${inWords(asked)} never settled` }];
  }
  const found: Violation[] = [];
  if (second !== undefined) found.push({ atMs: second.atMs, what: `${inWords(asked)} settled twice` });
  if (first.atMs > latestMs) {
    found.push({ atMs: first.atMs, what: `${inWords(asked)} settled ${(first.atMs - deadlineMs).toFixed(1)} ms late` });
  }
  return found;
}

/** For how long the client could not run after the call. */
function standstillMs({ client, atMs }: Asked, { faults }: History): number {
  return faults
    .filter(({ kind, target, toMs }) => target === client && toMs > atMs && ['stop', 'hang', 'slow'].includes(kind))
    .reduce((total, { fromMs, toMs }) => total + toMs - Math.max(fromMs, atMs) + slowSlackMs, 0);
}

function checkValue(asked: Asked): Violation[] {
  return asked.settled.flatMap(({ atMs, outcome }) => {
    if (!('value' in outcome) || Object.is(outcome.value, asked.expected)) return [];
    return [{ atMs, what: `${inWords(asked)} got ${String(outcome.value)}, not ${String(asked.expected)}` }];
  });
}

/** During overlapping faults a request may fail because of them; checkLiveness says when it may not. */
function checkFailure(asked: Asked, mode: Scenario['mode'], history: History): Violation[] {
  const [first] = asked.settled;
  if (first === undefined || 'value' in first.outcome) return [];
  const { code } = first.outcome;
  if (code === 'cancelled' && isEnding(asked.client, first.atMs, history)) return [];
  if ((mode === 'any' || mode === 'fatal') && troubles.has(code)) return [];
  // checkLoad bounds how many may fail.
  if (mode === 'load' && troubles.has(code) && asked.timeoutMs <= overloadTimeoutMaxMs) return [];
  // checkMisled bounds how many.
  if (mode === 'misbehaving' && code === 'internal') return [];
  // checkFatal checks when this is permitted.
  if (code === 'server-lost') return [];
  return [{ atMs: first.atMs, what: `${inWords(asked)} failed: ${code}` }];
}

function isEnding(client: string, atMs: number, { faults }: History): boolean {
  return faults.some(
    ({ kind, target, fromMs, toMs }) => kind === 'terminate' && target === client && fromMs <= atMs && atMs <= toMs,
  );
}
