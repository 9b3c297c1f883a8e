import type { Catalogue, Handler, HandlersOf, Lane, Operation, Telemetry } from '@cateto/contracts';
import {
  hashOf,
  lanes as allLanes,
  operationRequestTopic,
  operationResultTopic,
  readOperationRequest,
} from '@cateto/contracts';
import type { Bus } from '../participant/bus.ts';
import { open } from '../participant/bus.ts';
import { openAll } from '../link/closing.ts';
import type { EventHistory } from '../events/event-history.ts';
import type { Recording } from '../events/event-recording.ts';
import { recordEvents } from '../events/event-recording.ts';
import type { OnEvent } from '../participant/events.ts';
import { createCodeFaults } from '../runs/code-faults.ts';
import { createHandlerContexts } from '../runs/handler-contexts.ts';
import type { OpenLink, Platform } from '../link/link.ts';
import { beginPlaced } from '../runs/begin-handler.ts';
import { placeHandler } from '../runs/placed-handler.ts';
import { createResponderDriver } from '../server/responder-driver.ts';
import { withSpans } from '../telemetry/runs.ts';
import { createRun, incoming } from '../runs/work.ts';
import type { RunningServer } from '../server/server-lifecycle.ts';
import { startServer } from '../server/server-lifecycle.ts';
import type { HandlerThreads } from '../runs/handler-threads.ts';

export interface OperationServerOptions<C extends Catalogue> {
  readonly catalogue: C;
  readonly handlers: HandlersOf<C>;
  /** Threads for the handlers; unless given, they run in this thread. */
  readonly threads?: HandlerThreads | undefined;
  /** How many asynchronous handlers run at once in this thread; unless given, as many as are admitted. */
  readonly concurrency?: number | undefined;
  /** Names of the operations to serve. */
  readonly operations: readonly string[] | 'all';
  readonly lanes: readonly Lane[] | 'all';
  readonly openLink: OpenLink;
  readonly platform: Platform;
  readonly onEvent: OnEvent;
  /** Keeps its events for observers; unless given, a new history. */
  readonly history?: EventHistory | undefined;
  /** How long running work may take during a drain, in milliseconds; unless given, 5,000. */
  readonly drainMs?: number | undefined;
  /** Whether requesters get the text of exceptions in handlers. If not, only the log has it. */
  readonly exposeErrors?: boolean | undefined;
  /** Makes spans of the requests. */
  readonly telemetry?: Telemetry | undefined;
}

type ReplyTopic = `calc.${string}.result.${Lane}`;

/**
 * Serves operations on lanes. It listens as soon as a broker is active, and again after each failover.
 *
 * @throws TypeError for an operation that is not in the catalogue
 */
export function serveOperations<C extends Catalogue>(options: OperationServerOptions<C>): RunningServer {
  const { catalogue, openLink, platform } = options;
  const served = servedOperations(catalogue, options.operations);
  const recording = recordEvents(options);
  const { onEvent } = recording;
  return openAll((opened) => {
    const bus = open<Catalogue, 'op-server'>({ role: 'op-server', catalogue, openLink, onEvent, platform });
    return serveOn(opened(bus), served, { ...options, ...recording });
  });
}

function serveOn<C extends Catalogue>(
  bus: Bus<Catalogue, 'op-server'>,
  served: readonly Operation[],
  options: OperationServerOptions<C> & Recording,
): RunningServer {
  const { catalogue, handlers, threads, onEvent, exposeErrors } = options;
  // A lane or operation that is given twice is served once.
  const lanes = options.lanes === 'all' ? allLanes : [...new Set(options.lanes)];
  const responses = createResponderDriver<ReplyTopic>(bus.participant, {
    publish: bus.publish,
    onEvent,
    runningMax: options.concurrency,
  });
  const contexts = createHandlerContexts(bus.participant, onEvent);
  const faults = createCodeFaults(bus.participant.platform, { onEvent, exposeErrors });
  const requestTopics: `calc.${string}.request.${Lane}`[] = [];
  for (const operation of served) {
    const handler: Handler = handlers[operation.name as keyof C['operations']];
    const limited = contexts.limited(operation, handler);
    const placed = placeHandler(operation, limited, threads, onEvent);
    const begin = beginPlaced({ operation, faults }, placed, contexts);
    const inThreads = (): number | undefined => (placed.inThreads() ? threads?.count : undefined);
    const { concurrency } = options;
    const { maxMs } = operation.work;
    const kind = { contract: operation.name, begin, threads: inThreads, concurrency, maxMs, took: placed.took };
    const run = createRun(withSpans(kind, options.telemetry));
    const read = readOperationRequest(catalogue, operation);
    for (const lane of lanes) {
      const requestTopic = operationRequestTopic(operation.name, lane);
      const replyTopic = operationResultTopic(operation.name, lane);
      requestTopics.push(requestTopic);
      bus.receive(requestTopic, read, (requests, origin) => {
        const admitted = requests.map((request) => incoming(request, replyTopic, run));
        responses.accept(origin, admitted);
      });
    }
  }
  return startServer({
    role: 'op-server',
    participant: bus.participant,
    requestTopics,
    serves: served.flatMap(({ name }) => lanes.map((lane) => `${name}.${lane}`)),
    contracts: Object.fromEntries(served.map(({ name }) => [name, hashOf(catalogue, name)])),
    responses,
    threads: threads?.inUse,
    overrunning: contexts.overrunning,
    onEvent,
    history: options.history,
    drainMs: options.drainMs,
    onClose() {
      contexts.close();
      faults.close();
    },
  });
}

function servedOperations(catalogue: Catalogue, names: readonly string[] | 'all'): readonly Operation[] {
  if (names === 'all') return Object.values(catalogue.operations);
  return [...new Set(names)].map((name) => {
    const operation = Object.hasOwn(catalogue.operations, name) ? catalogue.operations[name] : undefined;
    if (operation === undefined) {
      throw new TypeError(`operation "${name}" is not one of ${Object.keys(catalogue.operations).join(', ')}`);
    }
    return operation;
  });
}
