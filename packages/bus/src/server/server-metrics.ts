import type { OperationsMetrics, ServerMetrics } from '@cateto/contracts';
import type { Participant } from '../participant/participant.ts';
import type { ResponderDriver } from './responder-driver.ts';

/** How many threads there are for handlers, and how many of them are busy. */
export interface ThreadsInUse {
  readonly threads: number;
  readonly threadsBusy: number;
}

/** The parts of a server that have numbers. */
export interface ServerNumbers {
  readonly role: ServerMetrics['role'];
  readonly participant: Participant;
  readonly responses: ResponderDriver;
  /** The threads that run handlers, if there are any. */
  readonly threads?: (() => ThreadsInUse) | undefined;
  /** How many of its own calls wait for a server, or for their turn here. */
  readonly waitingCalls?: (() => number) | undefined;
  /** How many handlers have run longer than their contracts allow and have not settled. */
  readonly overrunning: () => number;
  /** A calc-server's calls of operations. */
  readonly operations?: (() => OperationsMetrics) | undefined;
}

/** Collects the numbers of a server. */
export function serverMetrics(of: ServerNumbers): ServerMetrics {
  const { role, participant, responses, threads, waitingCalls, overrunning, operations } = of;
  const { inFlight, refused, repeated, givenUp, late, evictedEarly } = responses.counters();
  const { queued, slots } = responses.load();
  const durations = responses.histograms().map((one) => one.durations());
  return {
    role,
    calls: durations.flatMap(({ calls }) => calls),
    queueing: durations.map(({ waits }) => waits),
    handling: durations.map(({ runs }) => runs),
    inFlight,
    queued: queued + (waitingCalls?.() ?? 0),
    slots,
    ...threads?.(),
    refused,
    repeated,
    givenUp,
    overrunning: Math.max(0, givenUp - late) + overrunning(),
    errors: responses.runCounts().errors,
    evictedEarly,
    dropped: participant.dropped.causes(),
    tables: participant.tables(),
    operations: operations?.(),
  };
}
