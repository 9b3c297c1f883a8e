import type { Asked, Entry, Fault, Settled } from './history.ts';

/* A history's entries, put together to requests. */

export interface Request extends Asked {
  /** One, if all is well. */
  readonly settlements: Settled[];
}

/** What a fault has begun takes so long to settle: a server is sent what it was passed over for a second later. */
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

/** A request is touched by a fault that it was open in, or in its aftermath. */
export function touches({ fromMs, toMs }: Fault, { dueMs, settlements }: Request): boolean {
  const settledMs = settlements[0]?.settledMs ?? Number.POSITIVE_INFINITY;
  return overlaps({ fromMs, toMs }, { fromMs: dueMs, toMs: settledMs });
}

interface Time {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whether a time touches a fault or its aftermath. */
export function overlaps(fault: Time, { fromMs, toMs }: Time): boolean {
  return fromMs <= fault.toMs + aftermathMs && toMs >= fault.fromMs;
}
