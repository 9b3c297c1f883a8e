import { isAddress } from './address.ts';
import { sentText } from '../messages/failures.ts';
import {
  cancelLayout,
  beatLayout,
  failureLayout,
  helloLayout,
  operandLayout,
  operationRequestLayout,
  statusRequestLayout,
  successLayout,
} from '../messages/messages.ts';
import { eventsRequestLayout } from '../messages/events-messages.ts';
import { namePattern, reservedTopicWords } from '../catalogue/names.ts';

/*
 * Every kind of topic, once: its form, the form of its messages, and who publishes and subscribes to it. Roles
 * (roles.ts), brokers, listener tables, observers, the writing of messages and the AsyncAPI document use this table.
 * docs/wire.md, "Topics", describes it for people.
 */

/**
 * The role of a participant determines its topics. A broker forwards messages of others and publishes none of its own.
 */
export const roles = ['client', 'calc-server', 'op-server', 'observer', 'broker'] as const;
export type Role = (typeof roles)[number];

/** How the named fields of a message become its fields in wire order, and back. */
export interface TopicLayout {
  write(message: never): unknown[];
  /** Undefined when the fields are not such a message. */
  read(fields: unknown): Readonly<Record<string, unknown>> | undefined;
}

export interface TopicKind {
  /** Determines what brokers and listener tables do with the topic. */
  readonly shape: 'request' | 'result' | 'cancel' | 'hello' | 'beat' | 'ended';
  /**
   * The form of its topics without the address, for documents. Parameters are in braces; `{name}` is that of an
   * operation or formula.
   */
  readonly template: string;
  /** Undefined for topics that are only subscribed to and never carry a message. */
  readonly layout: TopicLayout | undefined;
  readonly publishedBy: readonly Role[];
  readonly subscribedBy: readonly Role[];
}

/** The second field distinguishes a success from a failure: 0 or a code. */
const outcomeLayout: TopicLayout = {
  write(message: {
    readonly seq: number;
    readonly code: number | string;
    readonly message?: string;
    readonly data?: unknown;
  }) {
    if (message.code === 0) return successLayout.write(message as never);
    return failureLayout.write({
      seq: message.seq,
      code: String(message.code),
      message: sentText(message.message ?? ''),
      data: message.data,
    });
  },
  read: (fields) => (Array.isArray(fields) && fields[1] === 0 ? successLayout : failureLayout).read(fields),
};

const everyone = ['client', 'calc-server', 'op-server', 'observer'] as const;

export const topicTable = {
  operand: {
    shape: 'request',
    template: 'calc.request.{n}',
    layout: operandLayout,
    publishedBy: ['client'],
    subscribedBy: ['calc-server', 'observer'],
  },
  operationRequest: {
    shape: 'request',
    template: 'calc.{name}.request.{lane}',
    layout: operationRequestLayout,
    publishedBy: ['calc-server'],
    subscribedBy: ['op-server', 'observer'],
  },
  operationResult: {
    shape: 'result',
    template: 'calc.{name}.result.{lane}',
    layout: outcomeLayout,
    publishedBy: ['op-server'],
    subscribedBy: ['calc-server', 'observer'],
  },
  formulaResult: {
    shape: 'result',
    template: 'calc.{name}.result',
    layout: outcomeLayout,
    publishedBy: ['calc-server'],
    subscribedBy: ['client', 'observer'],
  },
  statusRequest: {
    shape: 'request',
    template: 'calc.status.request',
    layout: statusRequestLayout,
    publishedBy: ['client'],
    subscribedBy: ['calc-server', 'op-server', 'observer'],
  },
  statusResult: {
    shape: 'result',
    template: 'calc.status.result',
    layout: outcomeLayout,
    publishedBy: ['calc-server', 'op-server'],
    subscribedBy: ['client', 'observer'],
  },
  // Brokers take and answer these requests too, without a connection to themselves.
  eventsRequest: {
    shape: 'request',
    template: 'calc.events.request',
    layout: eventsRequestLayout,
    publishedBy: ['observer'],
    subscribedBy: ['calc-server', 'op-server', 'observer'],
  },
  eventsResult: {
    shape: 'result',
    template: 'calc.events.result',
    layout: outcomeLayout,
    publishedBy: ['calc-server', 'op-server'],
    subscribedBy: ['observer'],
  },
  cancel: {
    shape: 'cancel',
    template: 'calc.cancel',
    layout: cancelLayout,
    publishedBy: ['client', 'calc-server'],
    subscribedBy: ['calc-server', 'op-server', 'observer'],
  },
  hello: {
    shape: 'hello',
    template: 'calc.hello',
    layout: helloLayout,
    publishedBy: everyone,
    subscribedBy: everyone,
  },
  beat: {
    shape: 'beat',
    template: 'calc.beat',
    layout: beatLayout,
    publishedBy: ['calc-server', 'op-server'],
    subscribedBy: ['client', 'calc-server', 'observer'],
  },
  ended: {
    shape: 'ended',
    template: 'calc.ended',
    layout: undefined,
    publishedBy: [],
    subscribedBy: [],
  },
} as const satisfies Record<string, TopicKind>;

export type TopicKindName = keyof typeof topicTable;

const parameterPatterns: Readonly<Record<string, string>> = {
  n: '[1-8]',
  lane: '[1-8]',
  // The words of topics themselves cannot be names.
  name: `(?!(?:${reservedTopicWords.join('|')})\\.)${namePattern}`,
};

const kinds = Object.entries<TopicKind>(topicTable).map(([name, kind]) => ({
  name: name as TopicKindName,
  kind,
  pattern: patternOf(kind.template),
}));

function patternOf(template: string): RegExp {
  const escaped = template.replaceAll('.', '\\.');
  const filled = escaped.replace(/\{(\w+)\}/g, (_, parameter: string) => parameterPatterns[parameter] ?? '');
  return new RegExp(`^${filled}$`);
}

/** @param route a topic without its address */
function kindOf(route: string): TopicKind | undefined {
  return kinds.find(({ pattern }) => pattern.test(route))?.kind;
}

/** The name of a topic's kind. `route` is the topic without its address. */
export function topicKindName(route: string): TopicKindName | undefined {
  return kinds.find(({ pattern }) => pattern.test(route))?.name;
}

/**
 * The kind of a subscription or topic, from its form alone: brokers and listener tables have no catalogue. `route` is
 * the topic without its address.
 */
export type TopicShape =
  | { readonly shape: TopicKind['shape']; readonly route: string; readonly address: string }
  | { readonly shape: 'marker'; readonly epoch: number; readonly address: string };

const markerPattern = /^calc\.broker\.(0|[1-9][0-9]{0,15})\.([a-z0-9]{12})$/;

/** @returns undefined for anything but a complete topic of this protocol, for example for the prefix of an observer */
export function topicShape(topic: string): TopicShape | undefined {
  const marker = markerPattern.exec(topic);
  if (marker !== null) {
    const [, digits = '', address = ''] = marker;
    const epoch = Number(digits);
    return Number.isSafeInteger(epoch) ? { shape: 'marker', epoch, address } : undefined;
  }
  const dot = topic.lastIndexOf('.');
  const address = topic.slice(dot + 1);
  if (dot < 0 || !isAddress(address)) return undefined;
  const route = topic.slice(0, dot);
  const kind = kindOf(route);
  return kind === undefined ? undefined : { shape: kind.shape, route, address };
}

/**
 * Turns named fields into wire order before a message is sent. {@link TopicMessages} has the type of each topic's
 * message.
 */
export type WriteMessage = (message: object) => unknown[];

/**
 * @param topic without an address
 * @throws TypeError for a topic on which no messages are published
 */
export function messageWriter(topic: string): WriteMessage {
  const layout = kindOf(topic)?.layout;
  if (layout === undefined) throw new TypeError(`${topic} is not a topic to publish on`);
  return (message) => layout.write(message as never);
}

/** A message with its field names, on any topic, as an observer shows it. */
export type NamedMessage = Readonly<Record<string, unknown>>;

/**
 * Gives the fields of a message their names, from its topic alone: an observer may not have the catalogue of the system
 * that it watches.
 *
 * @param topic without an address
 * @returns undefined when the message does not fit the topic
 */
export function readNamed(topic: string, fields: unknown): NamedMessage | undefined {
  return kindOf(topic)?.layout?.read(fields);
}
