import type { BusEvent } from '@cateto/bus';
import type { FaultKind } from './scenario.ts';

export type Outcome = { readonly value: unknown; readonly via: readonly number[] } | { readonly code: string };

/** One call of a client, and what became of it. */
export interface Asked {
  readonly client: string;
  /** Which of the client's processes: each start is another one. */
  readonly process: number;
  readonly formula: string;
  readonly operands: readonly number[];
  readonly expected: unknown;
  readonly atMs: number;
  readonly timeoutMs: number;
  /** Every time it settled; it ought to be one. */
  readonly settled: { readonly atMs: number; readonly outcome: Outcome }[];
}

export interface FaultSpan {
  readonly kind: FaultKind;
  readonly target: string;
  readonly other: string | undefined;
  readonly fromMs: number;
  toMs: number;
}

/** How long a process of a host lived. */
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

/** Everything that happened in a run, for the checks. */
export interface History {
  readonly asked: Asked[];
  readonly faults: FaultSpan[];
  readonly lives: Life[];
  readonly brokers: BrokerChange[];
  /** How often an operation was planned for an input by calc-servers: `square [3]`. */
  readonly planned: Map<string, number>;
  /** How often each server's process ran something: `op-1#2 square [3]`, `calc-1#1 hypotenuse [3,4]`. */
  readonly ran: Map<string, number>;
  /** What was still open, running or waiting when everything had come to rest: `client-1: 2 open`. */
  readonly leftOver: string[];
  /** In words, oldest first; only kept when asked for. */
  readonly lines: string[];
  endMs: number;
}

export function emptyHistory(): History {
  return {
    asked: [],
    faults: [],
    lives: [],
    brokers: [],
    planned: new Map(),
    ran: new Map(),
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
