import type { RequestRow } from './request.ts';

/* The messages of the server to the page. Times are milliseconds since 1970 by the clock of the console. */

export interface BrokerState {
  readonly endpoint: string;
  readonly name: 'primary broker' | 'backup broker';
  readonly state: 'active' | 'standby' | 'leaving' | 'unreachable';
  readonly epoch: number | undefined;
  /** When the console saw it enter this state. */
  readonly sinceMs: number;
}

export interface ServerState {
  readonly address: string;
  readonly name: string;
  readonly role: 'op-server' | 'calc-server';
  readonly host: string;
  readonly pid: number;
  readonly version: string | undefined;
  /** The operations or formulas. */
  readonly serves: readonly string[];
  readonly lanes: readonly number[];
  readonly inFlight: number;
  readonly queued: number | undefined;
  readonly slots: number | undefined;
  readonly errors: number | undefined;
  readonly answersPerSecond: number;
  /** Percentiles of the time from request to answer, of the last minute. Undefined if no answer passed. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** Calls that a calc-server computed itself, of the requests that passed in the last minute. */
  readonly fallbacks: number;
}

export interface ClientState {
  readonly address: string;
  readonly name: string;
  readonly seenMs: number;
  /** Requests that passed in the last minute, and those of them without an answer. */
  readonly requests: number;
  readonly open: number;
}

/** A missing part of the system, with the consequence for calls. */
export interface Missing {
  readonly what: string;
  readonly meaning: string;
  readonly severe: boolean;
}

/** One second. */
export interface Point {
  readonly atMs: number;
  /** Answers to clients a second, of all calc-servers. */
  readonly answers: number;
  readonly calls: number;
  readonly inFlight: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** How much of the traffic is observed. */
export interface Observing {
  readonly shown: number;
  /** Requests that were answered, by the counters of the servers. */
  readonly answered: number;
  readonly limited: boolean;
}

export interface SystemState {
  readonly atMs: number;
  readonly brokers: readonly BrokerState[];
  readonly servers: readonly ServerState[];
  readonly clients: readonly ClientState[];
  readonly missing: readonly Missing[];
  readonly observing: Observing;
}

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** Something that a process did or noticed. */
export interface SystemEvent {
  readonly atMs: number;
  /** `primary broker`, `op-server 2f1c`, `console` */
  readonly process: string;
  readonly event: string;
  readonly level: Level;
  /** Its fields in words: `epoch 2, peer silent for 200 ms`. */
  readonly text: string;
  readonly epoch: number | undefined;
}

export interface Failover {
  /** When the new broker became active. */
  readonly atMs: number;
  readonly process: string;
  readonly epoch: number;
  /** The event that began it: the end or the silence of the broker that was active. */
  readonly began: SystemEvent | undefined;
  /** From then until the new broker was active. */
  readonly takeoverMs: number | undefined;
  /** The time without an answer; undefined when too little passed to tell. */
  readonly silence: Silence | undefined;
  /** Requests from a second before it to a second after it: how they ended. */
  readonly answered: number;
  readonly failed: number;
  readonly sentAgain: number;
  /** No answer to them was seen. */
  readonly open: number;
}

/** From the last answer before a failover to the first one after it. */
export interface Silence {
  readonly fromMs: number;
  readonly toMs: number;
  /** The median time between two answers before. Where few requests pass, the silence is no longer than that. */
  readonly usualMs: number | undefined;
}

export interface ProcessState {
  /** Its name in the cluster, `broker`. */
  readonly name: string;
  /** `primary broker` */
  readonly shown: string;
  readonly pid: number | undefined;
  readonly state: 'starting' | 'running' | 'paused' | 'ended';
  readonly sinceMs: number;
}

export interface Welcome {
  readonly version: string;
  readonly startedMs: number;
  readonly mayCall: boolean;
  readonly chaos: boolean;
}

/** The events of the stream, by their SSE name. */
export interface StreamEvents {
  /** The page forgets its state. The events that follow have everything. */
  readonly welcome: Welcome;
  readonly state: SystemState;
  readonly points: readonly Point[];
  /** New requests, and those that have changed. */
  readonly requests: readonly RequestRow[];
  readonly events: readonly SystemEvent[];
  readonly processes: readonly ProcessState[];
  /** All failovers that are kept, the latest last. */
  readonly failovers: readonly Failover[];
  /** The page has everything. */
  readonly complete: Readonly<Record<string, never>>;
}

export type StreamName = keyof StreamEvents;

/** Bounds that both sides keep. */
export const requestsMax = 10_000;
export const eventsMax = 5_000;
export const pointsMax = 900;
