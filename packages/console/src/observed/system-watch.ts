import type { Catalogue } from '@cateto/contracts';
import { textOf } from '@cateto/contracts';
import type { BrokerView, ClientBase, SystemStatus } from '@cateto/sdk';
import { percentile } from '../shared/percentile.ts';
import type { BrokerState, Point, SystemEvent, SystemState } from '../shared/state.ts';
import { clientsOf, fallbacksByServer } from './clients.ts';
import type { Latencies } from './latencies.ts';
import { missingWithMeaning } from './missing.ts';
import type { Names } from './names.ts';
import type { RequestBook } from './request-book.ts';
import { createServerStates } from './servers.ts';
import { statusEvents } from './status-events.ts';

/* Asks for the status once a second. Makes the state for the pages from the status and the requests that passed. */

export interface SystemWatchOptions {
  readonly client: Pick<ClientBase<Catalogue>, 'status'>;
  readonly catalogue: Catalogue;
  readonly book: RequestBook;
  readonly latencies: Latencies;
  readonly names: Names;
  /** Whether messages were left out in the last second. */
  limited(): boolean;
  nowMs(): number;
  onState(state: SystemState, point: Point, events: readonly SystemEvent[]): void;
  /** The status could not be asked for. */
  onFailed(event: SystemEvent): void;
}

/** A broker or server that is gone is not waited for any longer. */
const statusWaitMs = 800;

export interface SystemWatch {
  /** Asks once. Resolves when the state was passed on. */
  look(): Promise<void>;
}

export function createSystemWatch(options: SystemWatchOptions): SystemWatch {
  const { client, catalogue, book, latencies, names, nowMs, onState, onFailed } = options;
  const serverStates = createServerStates(latencies, names);
  let last: SystemState | undefined;
  let answeredBefore = 0;

  function stateOf(status: SystemStatus, atMs: number): SystemState {
    const requests = book.all();
    names.learn(status.servers);
    const fallbacks = fallbacksByServer(requests, atMs);
    const servers = serverStates(status.servers, atMs, (address) => fallbacks.get(address) ?? 0);
    const shown = book.answered - answeredBefore;
    answeredBefore = book.answered;
    const sinceLastMs = last === undefined ? 1_000 : Math.max(1, atMs - last.atMs);
    return {
      atMs,
      brokers: status.brokers.map((broker, index) => brokerState(broker, index, last?.brokers ?? [], atMs)),
      servers,
      clients: clientsOf(requests, atMs, names),
      missing: missingWithMeaning(status.missing, catalogue, status.brokers),
      observing: {
        shown,
        answered: Math.max(shown, Math.round((answersOf(servers, 'calc-server') * sinceLastMs) / 1_000)),
        limited: options.limited(),
      },
    };
  }

  return {
    async look() {
      let status: SystemStatus;
      try {
        status = await client.status({ waitMs: statusWaitMs });
      } catch (error) {
        // The console is closing, or the client cannot send any more.
        onFailed({
          atMs: nowMs(),
          process: 'console',
          event: 'status-failed',
          level: 'error',
          text: textOf(error),
          epoch: undefined,
        });
        return;
      }
      const atMs = nowMs();
      const state = stateOf(status, atMs);
      const events = statusEvents(last, state, atMs);
      last = state;
      onState(state, pointOf(state, book), events);
    },
  };
}

function brokerState(
  { endpoint, state, epoch }: BrokerView,
  index: number,
  before: readonly BrokerState[],
  atMs: number,
): BrokerState {
  const last = before.find((one) => one.endpoint === endpoint);
  const same = last !== undefined && last.state === state && last.epoch === epoch;
  const name = index === 0 ? 'primary broker' : 'backup broker';
  return { endpoint, name, state, epoch, sinceMs: same ? last.sinceMs : atMs };
}

const secondMs = 1_000;

function pointOf({ atMs, servers }: SystemState, book: RequestBook): Point {
  const requests = book.all();
  const took: number[] = [];
  for (let at = requests.length - 1; at >= 0; at -= 1) {
    const row = requests[at]?.row;
    if (row === undefined || row.startMs < atMs - 2 * secondMs) break;
    if (row.tookMs !== undefined) took.push(row.tookMs);
  }
  return {
    atMs,
    answers: answersOf(servers, 'calc-server'),
    calls: answersOf(servers, 'op-server'),
    inFlight: servers.reduce((sum, { role, inFlight }) => (role === 'calc-server' ? sum + inFlight : sum), 0),
    p50Ms: percentile(took, 0.5),
    p99Ms: percentile(took, 0.99),
  };
}

function answersOf(servers: SystemState['servers'], role: string): number {
  return servers.reduce((sum, server) => (server.role === role ? sum + server.answersPerSecond : sum), 0);
}
