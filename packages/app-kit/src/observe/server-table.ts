import type { CallDurations, MethodDurations, OperationsMetrics, ServerMetrics } from '@cateto/contracts';
import type { HistogramSample, Labels, Metric, Sample, Scraped } from './metric.ts';
import { byWord, single } from './metric.ts';

/* The metrics of op-servers and calc-servers. */

const of = ['op-server', 'calc-server'] as const;
const role = 'role';

function read(samples: (server: ServerMetrics, labels: Labels) => readonly Sample[]) {
  return ({ servers }: Scraped): readonly Sample[] => servers.flatMap((one) => samples(one, { role: one.role }));
}

function readOperations(samples: (operations: OperationsMetrics) => readonly Sample[]) {
  return ({ servers }: Scraped): readonly Sample[] =>
    servers.flatMap(({ operations }) => (operations === undefined ? [] : samples(operations)));
}

/** The labels of OpenTelemetry's conventions for remote procedure calls. */
const rpcLabels = ['rpc_system_name', 'rpc_method', 'error_type'];

function rpc({ method, error, durations }: CallDurations, labels: Labels = {}): HistogramSample {
  const failed: Labels = error === undefined ? {} : { error_type: error };
  return { labels: { ...labels, rpc_system_name: 'cateto', rpc_method: method, ...failed }, durations };
}

function byMethod(labels: Labels): (one: MethodDurations) => HistogramSample {
  return ({ method, durations }) => ({ labels: { ...labels, rpc_method: method }, durations });
}

export const serverTable: readonly Metric[] = [
  {
    name: 'rpc_server_call_duration_seconds',
    type: 'histogram',
    help: 'From the admission of a request to its outcome. error_type is the failure code, and missing for a value. Refused requests are not in it.',
    of,
    labels: [role, ...rpcLabels],
    read: ({ servers }) => servers.flatMap((one) => one.calls.map((call) => rpc(call, { role: one.role }))),
  },
  {
    name: 'cateto_server_queue_duration_seconds',
    type: 'histogram',
    help: 'From the admission of a request to the beginning of its handler or formula.',
    of,
    labels: [role, 'rpc_method'],
    read: ({ servers }) => servers.flatMap((one) => one.queueing.map(byMethod({ role: one.role }))),
  },
  {
    name: 'cateto_server_handling_duration_seconds',
    type: 'histogram',
    help: 'From the beginning of a handler or formula to its outcome.',
    of,
    labels: [role, 'rpc_method'],
    read: ({ servers }) => servers.flatMap((one) => one.handling.map(byMethod({ role: one.role }))),
  },
  {
    name: 'cateto_server_in_flight',
    type: 'gauge',
    help: 'Requests that were admitted and are not answered.',
    of,
    labels: [role],
    read: read(({ inFlight }, labels) => single(inFlight, labels)),
  },
  {
    name: 'cateto_server_queued',
    type: 'gauge',
    help: 'Requests that were admitted and have not begun. At a calc-server also calls that wait for an op-server or for its own handlers.',
    of,
    labels: [role],
    read: read(({ queued }, labels) => single(queued, labels)),
  },
  {
    name: 'cateto_server_slots',
    type: 'gauge',
    help: 'How many requests the server runs at once. Missing before the first run.',
    of,
    labels: [role],
    read: read(({ slots }, labels) => single(slots, labels)),
  },
  {
    name: 'cateto_server_threads',
    type: 'gauge',
    help: 'Threads for handlers. Missing where there are none.',
    of,
    labels: [role],
    read: read(({ threads }, labels) => single(threads, labels)),
  },
  {
    name: 'cateto_server_threads_busy',
    type: 'gauge',
    help: 'Threads that run a handler.',
    of,
    labels: [role],
    read: read(({ threadsBusy }, labels) => single(threadsBusy, labels)),
  },
  {
    name: 'cateto_server_refusals_total',
    type: 'counter',
    help: 'Requests that were refused and did not run. cause is time, requests or requesters for overload, otherwise the failure code.',
    of,
    labels: [role, 'cause'],
    read: read(({ refused }, labels) => byWord(refused, 'cause', labels)),
  },
  {
    name: 'cateto_server_repeated_total',
    type: 'counter',
    help: 'Copies of requests that were running or answered, so that they did not run again.',
    of,
    labels: [role],
    read: read(({ repeated }, labels) => single(repeated, labels)),
  },
  {
    name: 'cateto_server_given_up_total',
    type: 'counter',
    help: 'Handlers that had not settled a second after the deadline of their request.',
    of,
    labels: [role],
    read: read(({ givenUp }, labels) => single(givenUp, labels)),
  },
  {
    name: 'cateto_server_overrunning',
    type: 'gauge',
    help: 'Handlers that run longer than their deadline or contract allows and have still not settled.',
    of,
    labels: [role],
    read: read(({ overrunning }, labels) => single(overrunning, labels)),
  },
  {
    name: 'cateto_server_errors_total',
    type: 'counter',
    help: 'Runs that failed for a reason other than their input, or were given up.',
    of,
    labels: [role],
    read: read(({ errors }, labels) => single(errors, labels)),
  },
  {
    name: 'cateto_server_evicted_total',
    type: 'counter',
    help: 'Outcomes that were forgotten for lack of room before their requester had them. A repetition would run again.',
    of,
    labels: [role],
    read: read(({ evictedEarly }, labels) => single(evictedEarly, labels)),
  },
  {
    name: 'cateto_table_entries',
    type: 'gauge',
    help: 'Entries of each table of the server, such as remembered outcomes and known listeners.',
    of,
    labels: [role, 'table'],
    read: read(({ tables }, labels) => byWord(tables, 'table', labels)),
  },
];

const ofCaller = ['calc-server'] as const;

/** A calc-server calls operations. */
export const callerTable: readonly Metric[] = [
  {
    name: 'rpc_client_call_duration_seconds',
    type: 'histogram',
    help: 'How long calls of operations took, with all retries, to the resolution of a 32nd of a millisecond.',
    of: ofCaller,
    labels: rpcLabels,
    read: ({ servers }) => servers.flatMap(({ operations }) => (operations?.calls ?? []).map((call) => rpc(call))),
  },
  {
    name: 'cateto_client_in_flight',
    type: 'gauge',
    help: 'Calls of operations that an op-server has.',
    of: ofCaller,
    labels: [],
    read: readOperations(({ inFlight }) => single(inFlight)),
  },
  {
    name: 'cateto_client_held',
    type: 'gauge',
    help: 'Calls of operations that no op-server has yet.',
    of: ofCaller,
    labels: [],
    read: readOperations(({ held }) => single(held)),
  },
  {
    name: 'cateto_client_sent_total',
    type: 'counter',
    help: 'Requests that were sent to op-servers, retries included.',
    of: ofCaller,
    labels: [],
    read: readOperations(({ sent }) => single(sent)),
  },
  {
    name: 'cateto_client_retries_total',
    type: 'counter',
    help: 'Requests that were sent again. cause: silence, server-lost, broker-changed, not-held (the server says that it does not have it) or refused.',
    of: ofCaller,
    labels: ['cause'],
    read: readOperations(({ retries }) => byWord(retries, 'cause')),
  },
  {
    name: 'cateto_fallbacks_total',
    type: 'counter',
    help: 'Calls that the calc-server computed itself, by the lane of the call and the failure code that caused it.',
    of: ofCaller,
    labels: ['operation', 'lane', 'cause'],
    read: readOperations(({ fallbacks }) =>
      fallbacks.map(({ operation, lane, cause, count }) => ({ labels: { operation, lane, cause }, value: count })),
    ),
  },
  {
    name: 'cateto_lane_listeners',
    type: 'gauge',
    help: 'For each lane, how many op-servers listen for the operation that has the fewest of them. 0: an operation is not served on this lane.',
    of: ofCaller,
    labels: ['lane'],
    read: readOperations(({ laneListeners }) => byWord(laneListeners, 'lane')),
  },
];
