import type { Catalogue, Handler, HandlersOf, Lane, Operation } from '@cateto/contracts';
import {
  lanes as allLanes,
  operationRequestTopic,
  operationResultTopic,
  readOperationRequest,
} from '@cateto/contracts';
import { acceptAll } from './accept.ts';
import { open } from './bus.ts';
import type { OnEvent } from './events.ts';
import type { OpenLink, Platform } from './link.ts';
import type { Run } from './responses.ts';
import { createResponses } from './responses.ts';
import { runHandler } from './run-handler.ts';
import type { Server } from './server.ts';
import { startServer } from './server.ts';

export interface OperationServerOptions<C extends Catalogue> {
  readonly catalogue: C;
  readonly handlers: HandlersOf<C>;
  /** Names of the operations to serve. */
  readonly operations: readonly string[] | 'all';
  readonly lanes: readonly Lane[] | 'all';
  /**
   * Handlers that run at once; other requests wait for their turn, and are refused as `overloaded` when that takes long. As many
   * as there are requests unless given: right for handlers that only wait, wrong for such as queue for threads.
   */
  readonly runningMax?: number | undefined;
  readonly openLink: OpenLink;
  readonly platform?: Platform;
  readonly onEvent: OnEvent;
}

type ReplyTopic = `calc.${string}.result.${Lane}`;

/**
 * Serves operations on lanes. It listens as soon as a broker is active, and again after each failover.
 *
 * @throws TypeError for an operation that is not in the catalogue
 */
export function serveOperations<C extends Catalogue>(options: OperationServerOptions<C>): Server {
  const { handlers, openLink, onEvent } = options;
  const catalogue: Catalogue = options.catalogue;
  const served = servedOperations(catalogue, options.operations);
  const lanes = options.lanes === 'all' ? allLanes : options.lanes;
  const platform = options.platform === undefined ? {} : { platform: options.platform };

  const bus = open({ role: 'op-server', catalogue, openLink, onEvent, ...platform });
  const responses = createResponses<ReplyTopic>(bus.participant, {
    publish: bus.publish,
    runningMax: options.runningMax,
  });
  const requestTopics: `calc.${string}.request.${Lane}`[] = [];
  for (const operation of served) {
    const run = runWith(operation, handlers[operation.name as keyof C['operations']]);
    const read = readOperationRequest(catalogue, operation);
    for (const lane of lanes) {
      const requestTopic = operationRequestTopic(operation.name, lane);
      const replyTopic = operationResultTopic(operation.name, lane);
      requestTopics.push(requestTopic);
      bus.receive(requestTopic, (batch) => acceptAll(responses, batch, replyTopic, read, run));
    }
  }
  return startServer({
    role: 'op-server',
    participant: bus.participant,
    requestTopics,
    serves: served.flatMap(({ name }) => lanes.map((lane) => `${name}.${lane}`)),
    responses,
    onEvent,
  });
}

function servedOperations(catalogue: Catalogue, names: readonly string[] | 'all'): readonly Operation[] {
  if (names === 'all') return Object.values(catalogue.operations);
  return names.map((name) => {
    const operation = Object.hasOwn(catalogue.operations, name) ? catalogue.operations[name] : undefined;
    if (operation === undefined) {
      throw new TypeError(`operation "${name}" is not one of ${Object.keys(catalogue.operations).join(', ')}`);
    }
    return operation;
  });
}

/** No lane fell back. */
const byOpServer: readonly Lane[] = [];

function runWith(operation: Operation, handler: Handler): Run {
  return (request, answer) => {
    runHandler(operation, handler, request.work.input, (value, failed) => {
      answer(request, failed ?? { value, via: byOpServer });
    });
  };
}
