import type { Catalogue, Handler, HandlersOf, Lane, Operation } from '@cateto/contracts';
import {
  hashOf,
  lanes as allLanes,
  operationRequestTopic,
  operationResultTopic,
  readOperationRequest,
} from '@cateto/contracts';
import type { Bus } from './bus.ts';
import { open } from './bus.ts';
import { openAll } from './closing.ts';
import type { OnEvent } from './events.ts';
import { createCodeFaults } from './code-faults.ts';
import type { HandlerContexts, RequestContext } from './handler-contexts.ts';
import { createHandlerContexts } from './handler-contexts.ts';
import type { OpenLink, Platform } from './link.ts';
import type { Run } from './responses.ts';
import { createResponses, incoming } from './responses.ts';
import type { HandlerCode } from './run-handler.ts';
import { runHandler } from './run-handler.ts';
import type { Server, ThreadsInUse } from './server.ts';
import { startServer } from './server.ts';

/** Threads that run handlers, so that one which blocks or never ends stops no server. */
export interface HandlerThreads {
  /** Handlers that run at once; other requests wait for their turn, and are refused as `overloaded` when that takes long. */
  readonly runningMax: number;
  /**
   * Runs an operation's handler. Its place among those that run at once is taken until the promise settles: it has to,
   * `limits.handlerGraceMs` after the deadline at the latest, whatever the handler does.
   *
   * @param context what the handler learns of its request, in this thread
   * @returns what the handler returned; rejected with what it threw
   */
  run(operation: string, input: unknown, context: ThreadedRequest): Promise<unknown>;
  /** For the status of the server. */
  inUse?(): ThreadsInUse;
}

/** As much of a request's context as another thread can be told of. */
export type ThreadedRequest = Pick<RequestContext, 'leftMs' | 'id' | 'onCancel'>;

export interface OperationServerOptions<C extends Catalogue> {
  readonly catalogue: C;
  readonly handlers: HandlersOf<C>;
  /** Where the handlers run; in this thread unless given. */
  readonly threads?: HandlerThreads | undefined;
  /** Names of the operations to serve. */
  readonly operations: readonly string[] | 'all';
  readonly lanes: readonly Lane[] | 'all';
  readonly openLink: OpenLink;
  readonly platform?: Platform | undefined;
  readonly onEvent: OnEvent;
  /** Requesters are told what handlers throw; otherwise the log alone has it. */
  readonly exposeErrors?: boolean | undefined;
}

type ReplyTopic = `calc.${string}.result.${Lane}`;

/**
 * Serves operations on lanes. It listens as soon as a broker is active, and again after each failover.
 *
 * @throws TypeError for an operation that is not in the catalogue
 */
export function serveOperations<C extends Catalogue>(options: OperationServerOptions<C>): Server {
  const { catalogue, openLink, onEvent } = options;
  const served = servedOperations(catalogue, options.operations);
  const platform = options.platform === undefined ? {} : { platform: options.platform };
  return openAll((opened) => {
    const bus = open<Catalogue, 'op-server'>({ role: 'op-server', catalogue, openLink, onEvent, ...platform });
    return serveOn(opened(bus), served, options);
  });
}

function serveOn<C extends Catalogue>(
  bus: Bus<Catalogue, 'op-server'>,
  served: readonly Operation[],
  options: OperationServerOptions<C>,
): Server {
  const { catalogue, handlers, threads, onEvent, exposeErrors } = options;
  // A lane or an operation that is named twice is served once.
  const lanes = options.lanes === 'all' ? allLanes : [...new Set(options.lanes)];
  const responses = createResponses<ReplyTopic>(bus.participant, {
    publish: bus.publish,
    onEvent,
    runningMax: threads?.runningMax,
  });
  const contexts = createHandlerContexts(bus.participant, onEvent);
  const faults = createCodeFaults(bus.participant.platform, { onEvent, exposeErrors });
  const requestTopics: `calc.${string}.request.${Lane}`[] = [];
  for (const operation of served) {
    const handler =
      threads === undefined ? handlers[operation.name as keyof C['operations']] : handlerIn(threads, operation);
    const run = runOf({ operation, handler, faults }, contexts);
    const read = readOperationRequest(catalogue, operation);
    for (const lane of lanes) {
      const requestTopic = operationRequestTopic(operation.name, lane);
      const replyTopic = operationResultTopic(operation.name, lane);
      requestTopics.push(requestTopic);
      bus.receive(requestTopic, read, (requests, { sender, settledBelow }) => {
        const admitted = requests.map((request) => incoming(request, replyTopic, run));
        responses.accept(sender, settledBelow, admitted);
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
    threads: threads?.inUse?.bind(threads),
    onEvent,
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

/** No lane fell back. */
const byOpServer: readonly Lane[] = [];

function runOf(code: HandlerCode, contexts: HandlerContexts): Run {
  const openContext = contexts.opener(code.operation.name);
  return (request, answer) => {
    const context = openContext(request);
    request.work.underway = context;
    runHandler(code, request.work.input, context, (value, failed) => {
      contexts.end(context);
      answer(request, failed ?? { value, via: byOpServer });
    });
  };
}

function handlerIn(threads: HandlerThreads, { name }: Operation): Handler {
  // What `onCancel` is set on is the context that the server holds.
  return (input, context) => threads.run(name, input, context);
}
