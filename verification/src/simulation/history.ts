import type { BusEvent } from '@cateto/bus';
import type { FaultKind } from './scenario.ts';

export type Outcome = { readonly value: unknown; readonly fallbacks: readonly number[] } | { readonly code: string };

/** One call of a client, and its outcome. */
export interface Asked {
  readonly client: string;
  /** The number of the client's process; each start is a new one. */
  readonly process: number;
  readonly formula: string;
  readonly operands: readonly number[];
  readonly expected: unknown;
  /** Whether it ends the process that computes it. */
  readonly fatal: boolean;
  readonly atMs: number;
  readonly timeoutMs: number;
  /** Every time it settled; there should be one. */
  readonly settled: { readonly atMs: number; readonly outcome: Outcome }[];
}

export interface FaultSpan {
  readonly kind: FaultKind;
  readonly target: string;
  readonly other: string | undefined;
  readonly fromMs: number;
  toMs: number;
}

/** A process that was ended by its own computation. */
export interface FatalEnd {
  readonly name: string;
  readonly process: number;
  readonly atMs: number;
  /** In the form of `planned`: `square [3]`. */
  readonly of: string;
}

/** A run of an operation that takes time, by an op-server. */
export interface WorkRun {
  /** In the form of `planned`: `square [3]`. */
  readonly call: string;
  readonly name: string;
  readonly process: number;
  readonly fromMs: number;
  /** Infinity if its process ended before. */
  toMs: number;
}

/** A calc-server planned a call. */
export interface Plan {
  readonly call: string;
  readonly name: string;
  readonly process: number;
  readonly atMs: number;
}

/** The lifetime of a process on a host. */
export interface Life {
  readonly name: string;
  readonly process: number;
  readonly fromMs: number;
  toMs: number;
}

export interface BrokerChange {
  readonly host: string;
  readonly process: number;
  readonly atMs: number;
  readonly state: 'active' | 'standby' | 'stopped';
  readonly epoch: number;
  readonly cause: string;
}

/** A broker read a beat of the other one, which was active with this epoch when it sent it. */
export interface ActiveHeard {
  readonly by: string;
  readonly epoch: number;
  readonly atMs: number;
}

/**
 * A client and a calc-server were connected to the same active broker all the time, and all three ran as they should.
 */
export interface Reach {
  readonly client: string;
  readonly broker: string;
  readonly calcServer: string;
  readonly fromMs: number;
  toMs: number;
}

/** Everything that happened in a run, for the checks. */
export interface History {
  readonly asked: Asked[];
  readonly faults: FaultSpan[];
  readonly lives: Life[];
  readonly fatalEnds: FatalEnd[];
  readonly brokers: BrokerChange[];
  readonly activesHeard: ActiveHeard[];
  readonly reaches: Reach[];
  /** How often calc-servers planned an operation for an input: `square [3]`. */
  readonly planned: Map<string, number>;
  /** When each server's process ran something: `op-1#2 square [3]`, `calc-1#1 hypotenuse [3,4]`. */
  readonly ran: Map<string, number[]>;
  /** For work that takes time: each run, in the order of their starts in each process, and each plan. */
  readonly runs: WorkRun[];
  readonly plans: Plan[];
  /** The calls of clients other than the first, where these take another time. */
  readonly othersCalls: Set<string>;
  /** When a calc-server computed an operation itself. */
  readonly fellBack: { readonly who: string; readonly atMs: number }[];
  /** The maximum of each table over all processes, by the table's name: `listeners`. */
  readonly tables: Map<string, number>;
  /** The work that was still open, running or stored after everything had come to rest: `client-1: 2 open`. */
  readonly leftOver: string[];
  /** The events in words, the oldest first; only kept on request. */
  readonly lines: string[];
  endMs: number;
}

export function emptyHistory(): History {
  return {
    asked: [],
    faults: [],
    lives: [],
    fatalEnds: [],
    brokers: [],
    activesHeard: [],
    reaches: [],
    planned: new Map(),
    ran: new Map(),
    runs: [],
    plans: [],
    othersCalls: new Set(),
    fellBack: [],
    tables: new Map(),
    leftOver: [],
    lines: [],
    endMs: 0,
  };
}

export function inWords(event: BusEvent): string {
  const { event: name, ...rest } = event;
  return `${name} ${JSON.stringify(rest)}`;
}

export function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export function note(times: Map<string, number[]>, key: string, atMs: number): void {
  const known = times.get(key);
  if (known === undefined) times.set(key, [atMs]);
  else known.push(atMs);
}
