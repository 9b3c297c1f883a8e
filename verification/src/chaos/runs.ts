import { callCountOf } from '../support/mixed-work.ts';
import type { Objection } from './checker.ts';
import type { Entry, Fault, Stall } from './history.ts';
import type { Request } from './requests.ts';
import { ofType, overlaps, requestsOf, touches } from './requests.ts';

/*
 * How often each computation ran, as its handlers counted it (support/mixed-work.ts). Without faults once. Otherwise once
 * more for each server that ended, was cut off or stood still while the request was open (docs/protocol.md, "What is
 * promised"). A drain repeats only what outlasts the drain time. A broker that ends repeats nothing, if the other one is
 * there. A broker that stands still cuts requesters off from all servers, and keeps their messages: a formula may move
 * once, and each of its calls may move once. The same holds when both brokers are gone, because servers and clients return
 * one by one.
 *
 * On a busy machine every process may stand still for longer than a quick server may be silent. The clients notice that
 * too, and record it as stalls.
 */

export interface RunReport {
  readonly text: string;
  readonly objections: readonly Objection[];
}

interface Run {
  readonly pid: string;
  readonly atMs: number;
}

/** The drain time of servers, less the time that a signal and a last beat take. */
const drainMs = 4_500;
/** A formula and each of its calls. */
const cutOff = 2;
const machineStalled = 'stalled machine';

/** @param lines `<item> <process id> <time>` for each run */
export function checkRuns(entries: readonly Entry[], lines: string): RunReport {
  const runs = runsIn(lines);
  const faults = ofType(entries, 'fault');
  const stalls = ofType(entries, 'stall');
  const objections: Objection[] = [];
  /** Computations by the number of their runs. */
  const byRuns = new Map<number, number>();
  /** Additional runs by the faults that explain them. */
  const explained = new Map<string, number>();

  for (const request of requestsOf(entries).values()) {
    const repeats = repeatsOf(request, faults, stalls);
    const most = [...repeats.values()].reduce((total, one) => total + one, 1);
    for (let index = 0; index < callCountOf(request.formula); index += 1) {
      const own = runs.get(request.number + index / 4) ?? [];
      byRuns.set(own.length, (byRuns.get(own.length) ?? 0) + 1);
      if (own.length > 1) {
        const kinds = [...repeats.keys()].toSorted((one, other) => one.localeCompare(other)).join(' + ');
        explained.set(kinds, (explained.get(kinds) ?? 0) + own.length - 1);
      }
      const isUnrun = own.length === 0 && isAnswered(request);
      if (isUnrun || own.length > most) objections.push(objectionTo(request, index + 1, own, faults));
    }
  }
  return { text: textOf(byRuns, explained), objections };
}

function runsIn(lines: string): ReadonlyMap<number, readonly Run[]> {
  const runs = new Map<number, Run[]>();
  for (const line of lines.split('\n')) {
    const [item = '', pid = '', atMs = ''] = line.split(' ');
    if (item === '') continue;
    const run = { pid, atMs: Number(atMs) };
    const known = runs.get(Number(item));
    if (known === undefined) runs.set(Number(item), [run]);
    else known.push(run);
  }
  return runs;
}

/** How many additional runs of each of its calls a request's faults explain, by their kinds. */
function repeatsOf(request: Request, faults: readonly Fault[], stalls: readonly Stall[]): ReadonlyMap<string, number> {
  const repeats = new Map<string, number>();
  for (const fault of faults) {
    const count = touches(fault, request) ? repeatsBy(fault, request) : 0;
    if (count > 0) repeats.set(fault.kind, (repeats.get(fault.kind) ?? 0) + count);
  }
  const { dueMs: fromMs } = request;
  if (stalls.some((stall) => overlaps(stall, { fromMs, toMs: settledMs(request) })))
    repeats.set(machineStalled, cutOff);
  return repeats;
}

function repeatsBy({ kind, targets, double }: Fault, request: Request): number {
  const servers = targets.filter((name) => name.includes('server')).length;
  if (servers === 0) return double || kind.startsWith('stop') ? cutOff : 0;
  return kind.startsWith('end') && settledMs(request) - request.dueMs <= drainMs ? 0 : servers;
}

function settledMs({ settlements: [first] }: Request): number {
  return first?.settledMs ?? Number.POSITIVE_INFINITY;
}

function isAnswered({ settlements: [first] }: Request): boolean {
  return first !== undefined && 'value' in first.outcome;
}

function objectionTo(request: Request, call: number, runs: readonly Run[], faults: readonly Fault[]): Objection {
  const { number, formula, client, dueMs } = request;
  const during = faults.filter((fault) => touches(fault, request)).map(({ kind }) => kind);
  const where = `${number} ${formula} of ${client}, ${during.join(' + ') || 'no fault'}`;
  const each = runs.map(({ pid, atMs }) => `in ${pid} after ${(atMs - dueMs).toFixed(0)} ms`);
  const ran = runs.length === 0 ? 'was answered and never ran' : `ran ${each.join(', ')}`;
  return {
    rule: 'repeated',
    text: `${where}: call ${call} ${ran}; settled after ${(settledMs(request) - dueMs).toFixed(0)} ms`,
  };
}

function textOf(byRuns: ReadonlyMap<number, number>, explained: ReadonlyMap<string, number>): string {
  const counts = [...byRuns]
    .toSorted(([one], [other]) => one - other)
    .map(([runs, count]) => `${count} ran ${timesOf(runs)}`);
  const more = [...explained]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([kinds, count]) => `${count} (${kinds === '' ? 'no fault' : kinds})`);
  return `Computations: ${counts.join(', ')}. Additional runs: ${more.length === 0 ? 'none' : more.join(', ')}.\n`;
}

function timesOf(runs: number): string {
  if (runs === 0) return 'never';
  return runs === 1 ? 'once' : `${runs} times`;
}
