import { limits } from '@cateto/contracts';
import type { Entry, Fault, Settled, Stall } from './history.ts';
import { answerTo } from './question.ts';
import type { Request } from './requests.ts';
import { ofType, overlaps, requestsOf, touches } from './requests.ts';
import { silences } from './silences.ts';

/*
 * Evaluates a history, and finds what breaks the promise: one outcome for each request, the right one, by its deadline,
 * whatever one process does. Failures are allowed only while more than one process is gone, and only three codes: no
 * server listened, no answer came in time, or what waited could not be answered in time any more. A request under which
 * three servers were killed may also be `server-lost`.
 */

export type Rule = 'wrong' | 'twice' | 'hung' | 'late' | 'failed' | 'died' | 'repeated';

export interface Objection {
  readonly rule: Rule;
  readonly text: string;
}

/** The outcomes of the requests that one kind of fault could affect. */
export interface Row {
  readonly kind: string;
  readonly faults: number;
  readonly requests: number;
  readonly answered: number;
  /** Failures by code. */
  readonly failed: Readonly<Record<string, number>>;
  readonly wrong: number;
  readonly twice: number;
  /** Answers for which a calc-server computed an operation itself. */
  readonly fellBack: number;
  /** The longest time of a request, from when it was due. */
  readonly longestMs: number;
  /** The longest time in which no request at all was answered. */
  readonly silenceMs: number;
  /** The longest time that a client stood still. The machine causes it, and it is part of the two times above. */
  readonly stalledMs: number;
}

export interface Report {
  /** The calm first, then the kinds by name. */
  readonly rows: readonly Row[];
  readonly total: Row;
  readonly objections: readonly Objection[];
}

/** In a loop that does not stand still, no timer is later than this. */
const lateMaxMs = 100;
const allowedInDouble: ReadonlySet<string> = new Set(['no-listener', 'deadline-exceeded', 'overloaded']);

type Tally = { -readonly [Field in keyof Row]: Row[Field] } & { readonly failed: Record<string, number> };

const calm = 'none';
const total = 'total';

export function check(entries: readonly Entry[]): Report {
  const requests = requestsOf(entries);
  const faults = ofType(entries, 'fault').toSorted((one, other) => one.fromMs - other.fromMs);
  const stalls = ofType(entries, 'stall');
  const tallies = new Map<string, Tally>([calm, ...faults.map(({ kind }) => kind)].map((kind) => [kind, tally(kind)]));
  const whole = tally(total);
  const objections: Objection[] = [];
  const ids = new Map<string, number>();

  const tallyOf = (fault: Fault | undefined): Tally => tallies.get(fault?.kind ?? calm) ?? whole;

  function object(rule: Rule, request: Request, text: string): void {
    const { number, client, formula, operands } = request;
    const during = faults.find((fault) => touches(fault, request))?.kind ?? 'no fault';
    objections.push({ rule, text: `${number} ${formula}(${operands.join(', ')}) of ${client}, ${during}: ${text}` });
  }

  function judge(request: Request): void {
    const [first, ...more] = request.settlements;
    const touching = faults.filter((fault) => touches(fault, request));
    const rows = [tallyOf(touching[0]), whole];
    for (const row of rows) row.requests += 1;
    if (more.length > 0) {
      for (const row of rows) row.twice += 1;
      object('twice', request, `settled ${request.settlements.length} times`);
    }
    if (first === undefined) return object('hung', request, 'never settled');
    judgeId(request, first, rows);
    for (const row of rows) row.longestMs = Math.max(row.longestMs, first.settledMs - request.dueMs);
    const lateMs = first.settledMs - (request.askedMs + request.timeoutMs);
    if (lateMs > lateMaxMs && lateMs > lateMaxMs + stalledMs(stalls, request, first)) {
      object('late', request, `settled ${lateMs.toFixed(0)} ms after its deadline`);
    }
    judgeOutcome(request, first, touching, rows);
  }

  function judgeId(request: Request, { id }: Settled, rows: readonly Tally[]): void {
    if (id === undefined) return;
    const other = ids.get(id);
    ids.set(id, request.number);
    if (other === undefined) return;
    for (const row of rows) row.twice += 1;
    object('twice', request, `its id ${id} was that of ${other}`);
  }

  function judgeOutcome(
    request: Request,
    { outcome }: Settled,
    touching: readonly Fault[],
    rows: readonly Tally[],
  ): void {
    if ('code' in outcome) {
      for (const row of rows) row.failed[outcome.code] = (row.failed[outcome.code] ?? 0) + 1;
      const allowed =
        outcome.code === 'server-lost'
          ? killedServers(touching) >= limits.serverEndsMax
          : allowedInDouble.has(outcome.code) && touching.some(({ double }) => double);
      if (!allowed) object('failed', request, failureText(outcome));
      return;
    }
    for (const row of rows) {
      row.answered += 1;
      if (outcome.fallbacks.length > 0) row.fellBack += 1;
    }
    if (isRight(outcome.value, request.number)) return;
    for (const row of rows) row.wrong += 1;
    object('wrong', request, `${String(outcome.value)}, and it is ${answerTo(request.number)}`);
  }

  for (const fault of faults) tallyOf(fault).faults += 1;
  whole.faults = faults.length;
  for (const request of requests.values()) judge(request);
  for (const { touched, lengthMs } of silences(requests, faults)) {
    for (const row of [whole, ...touched.map(tallyOf)]) row.silenceMs = Math.max(row.silenceMs, lengthMs);
    if (touched.length === 0) tallyOf(undefined).silenceMs = Math.max(tallyOf(undefined).silenceMs, lengthMs);
  }
  for (const stall of stalls) {
    const rowOf = tallyOf(faults.find((fault) => overlaps(fault, stall)));
    for (const row of [rowOf, whole]) row.stalledMs = Math.max(row.stalledMs, stall.toMs - stall.fromMs);
  }
  for (const { name, how } of ofType(entries, 'death')) objections.push({ rule: 'died', text: `${name} ${how}` });

  const rows = [...tallies.values()].toSorted((one, other) => rankOf(one.kind).localeCompare(rankOf(other.kind)));
  return { rows, total: whole, objections };
}

function failureText({ code, text }: { readonly code: string; readonly text?: string }): string {
  return text === undefined ? code : `${code}, ${text}`;
}

function killedServers(faults: readonly Fault[]): number {
  const killed = faults.filter(({ kind }) => kind.includes('kill')).flatMap(({ targets }) => targets);
  return killed.filter((name) => name.includes('server')).length;
}

/** How long the client stood still when the request should have settled. */
function stalledMs(stalls: readonly Stall[], request: Request, { settledMs }: Settled): number {
  const deadlineMs = request.askedMs + request.timeoutMs;
  return stalls
    .filter(({ client, fromMs, toMs }) => client === request.client && fromMs <= settledMs && toMs >= deadlineMs)
    .reduce((sumMs, { fromMs, toMs }) => sumMs + toMs - fromMs, 0);
}

/**
 * Answers to different questions differ by 60, so an answer that is off by a rounding error still belongs to its
 * question.
 */
function isRight(value: unknown, number: number): boolean {
  const answer = answerTo(number);
  return typeof value === 'number' && Math.abs(value - answer) <= 4 * Number.EPSILON * answer;
}

function tally(kind: string): Tally {
  const none = {
    faults: 0,
    requests: 0,
    answered: 0,
    wrong: 0,
    twice: 0,
    fellBack: 0,
    longestMs: 0,
    silenceMs: 0,
    stalledMs: 0,
  };
  return { kind, ...none, failed: {} };
}

/** The calm, then single faults, then double faults. */
function rankOf(kind: string): string {
  return kind === calm ? '0' : `${kind.startsWith('double') ? 2 : 1} ${kind}`;
}
