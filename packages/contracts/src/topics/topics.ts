import type { Catalogue, FormulaName, OperationName } from '../catalogue/catalogue.ts';
import type { FormulaSuccess, OperandOf, OperationRequestOf, OperationSuccess } from '../messages/messages.ts';
import type {
  BeatMessage,
  CancelMessage,
  FailureMessage,
  HelloMessage,
  StatusRequestMessage,
  StatusSuccess,
} from '../messages/messages.ts';
import type { EventsRequestMessage, EventsSuccess } from '../messages/events-messages.ts';
import type { Lane } from './lanes.ts';

/**
 * Every topic of a catalogue with its message: the topic is the key, the message the value. On the wire, a dot and the
 * recipient's address follow. The paper's seven topics are the instances n = 1, 2, operation = square, lane = 1, 2 and
 * formula = hypotenuse.
 */
export type TopicMessages<C extends Catalogue> = {
  readonly [N in Lane as `calc.request.${N}`]: OperandOf<C, N>;
} & {
  readonly [O in OperationName<C> as `calc.${O}.request.${Lane}`]: OperationRequestOf<C['operations'][O]>;
} & {
  readonly [O in OperationName<C> as `calc.${O}.result.${Lane}`]: OperationSuccess<C['operations'][O]> | FailureMessage;
} & {
  readonly [F in FormulaName<C> as `calc.${F}.result`]: FormulaSuccess<C['formulas'][F]> | FailureMessage;
} & {
  readonly 'calc.status.request': StatusRequestMessage;
  readonly 'calc.status.result': StatusSuccess | FailureMessage;
  readonly 'calc.events.request': EventsRequestMessage;
  readonly 'calc.events.result': EventsSuccess | FailureMessage;
  readonly 'calc.cancel': CancelMessage;
  readonly 'calc.hello': HelloMessage;
  readonly 'calc.beat': BeatMessage;
};

export type Topic<C extends Catalogue> = keyof TopicMessages<C> & string;

export const topicPrefix = 'calc.';
export const helloTopic = 'calc.hello';
export const cancelTopic = 'calc.cancel';
export const beatTopic = 'calc.beat';
export const statusRequestTopic = 'calc.status.request';
export const statusResultTopic = 'calc.status.result';
export const eventsRequestTopic = 'calc.events.request';
export const eventsResultTopic = 'calc.events.result';

export function operandTopic<N extends Lane>(n: N): `calc.request.${N}` {
  return `calc.request.${n}`;
}

export function operationRequestTopic<O extends string, L extends Lane>(name: O, lane: L): `calc.${O}.request.${L}` {
  return `calc.${name}.request.${lane}`;
}

/** All lanes of an operation together, for a call that may take any of them. Never a topic on the wire. */
export function anyLaneRoute(name: string): string {
  return `calc.${name}.request`;
}

/** The results of an operation on all its lanes together. */
export function anyLaneResult(name: string): string {
  return `calc.${name}.result`;
}

const laneOfOperation = /^(calc\.[^.]+\.request)\.[1-8]$/;

/**
 * @param route a topic without its address
 * @returns the {@link anyLaneRoute} of its operation; undefined when the topic is not a request topic of an operation
 */
export function anyLaneOf(route: string): string | undefined {
  return laneOfOperation.exec(route)?.[1];
}

export function operationResultTopic<O extends string, L extends Lane>(name: O, lane: L): `calc.${O}.result.${L}` {
  return `calc.${name}.result.${lane}`;
}

export function formulaResultTopic<F extends string>(name: F): `calc.${F}.result` {
  return `calc.${name}.result`;
}

/** A topic in its form on the wire. */
export function addressed(topic: string, address: string): string {
  return `${topic}.${address}`;
}

/** The subscription by which a publisher recognises an active broker. */
export function markerTopic(epoch: number, brokerAddress: string): string {
  return `calc.broker.${epoch}.${brokerAddress}`;
}

/**
 * The subscription by which an active broker tells publishers that a server's process has ended. It exists for a
 * moment.
 */
export function endedTopic(serverAddress: string): string {
  return `calc.ended.${serverAddress}`;
}
