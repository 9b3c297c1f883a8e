import type { Asked, Entry, Fault, Settled } from './history.ts';

/* Combines a history's entries to requests. */

export interface Request extends Asked {
  /** One outcome, if all is well. */
  readonly settlements: Settled[];
}

/** How long the effects of a fault last. A bypassed server gets a copy up to a second later. */
const aftermathMs = 1_000;

export function ofType<T extends Entry['type']>(entries: readonly Entry[], type: T): Extract<Entry, { type: T }>[] {
  return entries.filter((entry): entry is Extract<Entry, { type: T }> => entry.type === type);
}

export function requestsOf(entries: readonly Entry[]): Map<number, Request> {
  const requests = new Map<number, Request>();
  for (const asked of ofType(entries, 'asked')) requests.set(asked.number, { ...asked, settlements: [] });
  for (const settled of ofType(entries, 'settled')) {
    const request = requests.get(settled.number);
    if (request === undefined) throw new TypeError(`${settled.number} was settled and never asked`);
    request.settlements.push(settled);
  }
  return requests;
}

/** A fault touches a request that was open during the fault or its aftermath. */
export function touches({ fromMs, toMs }: Fault, { dueMs, settlements }: Request): boolean {
  const settledMs = settlements[0]?.settledMs ?? Number.POSITIVE_INFINITY;
  return overlaps({ fromMs, toMs }, { fromMs: dueMs, toMs: settledMs });
}

interface Time {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whether a time is within a fault or its aftermath. */
export function overlaps(fault: Time, { fromMs, toMs }: Time): boolean {
  return fromMs <= fault.toMs + aftermathMs && toMs >= fault.fromMs;
}
