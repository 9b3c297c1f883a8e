import type { Catalogue } from '../../catalogue/catalogue.ts';
import { parseBrokers } from '../../config/endpoints.ts';
import type { Schema } from '../evolution/schema-view.ts';
import { batchMessagesMax, frameBytesMax } from '../../messages/limits.ts';
import { StatusReport } from '../../messages/messages.ts';
import { EventsReport } from '../../messages/events-messages.ts';
import { defaultBrokers } from '../../config/settings.ts';
import { asyncApiDraft, asyncApiMessages, operandMessage } from './asyncapi-messages.ts';
import type { Channel } from './channels.ts';
import { channelsOf } from './channels.ts';
import { fieldsOfMessage } from './message-schemas.ts';
import { rebased } from './rebased-references.ts';
import { documentName, failuresOf, openSchema, valuesOf } from './value-schemas.ts';

export interface AsyncApiOptions {
  readonly title: string;
  readonly version: string;
  readonly description?: string | undefined;
  /** Of the document, such as `MIT`. */
  readonly license?: string | undefined;
  /** In the form of `CATETO_BROKERS`; unless given, the brokers of one machine. */
  readonly brokers?: string | undefined;
}

type Part = Readonly<Record<string, unknown>>;

/**
 * Describes a catalogue as an AsyncAPI 3 document in plain JSON. Every topic is a channel with the address as a
 * parameter. Requests are operations with replies. Values are JSON Schemas. `x-zeromq` bindings describe how a message
 * travels, because AsyncAPI has none for ZeroMQ. `x-cateto-work` describes the work of an operation, `x-cateto-calls` the operations
 * that a formula may call.
 *
 * @throws Error when the brokers cannot be parsed
 */
export function asyncApiOf(catalogue: Catalogue, options: AsyncApiOptions): Part {
  const { title, version, license, description = 'Requests over ZeroMQ, through a pair of brokers.' } = options;
  const messages = asyncApiMessages(catalogue);
  return {
    asyncapi: '3.0.0',
    info: { title, version, description, ...(license === undefined ? {} : { license: { name: license } }) },
    defaultContentType: 'application/vnd.msgpack',
    servers: serversOf(options.brokers ?? defaultBrokers),
    channels: Object.fromEntries(
      channelsOf(catalogue).map((channel) => [channel.id, asyncApiChannel(channel, messages[channel.id] ?? {})]),
    ),
    operations: operationsOf(catalogue, messages),
    components: {
      schemas: { ...valueSchemas(catalogue), batchHeaders },
      correlationIds: {
        seq: {
          description: 'With the requester’s address the id of a request: an outcome has the seq of its request.',
          location: '$message.payload#/0',
        },
      },
      messageBindings: { batch: { 'x-zeromq': batchBinding } },
    },
  };
}

function serversOf(text: string): Part {
  const brokers = parseBrokers(text);
  if (brokers instanceof Error) throw brokers;
  const entries = brokers.flatMap(({ host, publishPort, subscribePort }, index) => {
    const rank = index === 0 ? 'primary' : 'backup';
    return [
      [`${rank}Publish`, serverOf(host, publishPort, rank, 'XSUB', 'XPUB')],
      [`${rank}Subscribe`, serverOf(host, subscribePort, rank, 'XPUB', 'SUB')],
    ];
  });
  return Object.fromEntries(entries);
}

/** @param own the broker's socket @param theirs the participants' sockets */
function serverOf(host: string, port: number, rank: string, own: string, theirs: string): Part {
  const purpose = own === 'XSUB' ? 'publish' : 'subscribe';
  return {
    host: `${host}:${port}`,
    protocol: 'zeromq',
    protocolVersion: '3.1',
    description: `Where participants ${purpose}, ${rank} broker. Everyone is connected to both brokers.`,
    bindings: { 'x-zeromq': { transport: 'tcp', socket: own, connectWith: theirs } },
  };
}

function asyncApiChannel({ topic, description, from, to, parameters }: Channel, messages: Part): Part {
  return {
    address: topic,
    description: `${description} From: ${from}. To: ${to}.`,
    messages,
    parameters,
    bindings: { 'x-zeromq': { publish: 'XPUB', subscribe: 'SUB', topicFrame: 0, from, to } },
  };
}

/** Describes every conversation twice: for the requester and for the responder. */
function operationsOf(catalogue: Catalogue, messages: Readonly<Record<string, Part>>): Part {
  const conversation = (
    name: string,
    summary: string,
    channel: string,
    asked: readonly string[],
    [requester, responder]: readonly [string, string],
    extensions: Part = {},
  ): [string, Part][] => {
    const [resultChannel, answers] = [`${name}.result`, Object.keys(messages[`${name}.result`] ?? {})];
    const both = {
      summary,
      channel: reference(channel),
      messages: asked.map((message) => reference(channel, message)),
      reply: {
        channel: reference(resultChannel),
        messages: answers.map((message) => reference(resultChannel, message)),
      },
      ...extensions,
    };
    return [
      [`${name}.ask`, { action: 'send', ...both, tags: [{ name: requester }] }],
      [`${name}.answer`, { action: 'receive', ...both, tags: [{ name: responder }] }],
    ];
  };
  const cancel = { channel: reference('cancel'), messages: [reference('cancel', 'cancel')] };
  const beat = { channel: reference('beat'), messages: [reference('beat', 'beat')] };
  const hello = { channel: reference('hello'), messages: [reference('hello', 'hello')] };
  return Object.fromEntries([
    ...Object.values(catalogue.formulas).flatMap((formula) => {
      const { name, description, operands, calls } = formula;
      const extensions = calls && { 'x-cateto-calls': calls.map((called) => called.name) };
      const asked = operands.map((_operand, index) => operandMessage(name, index + 1));
      return conversation(documentName(formula), description, 'operands', asked, ['client', 'calc-server'], extensions);
    }),
    ...Object.values(catalogue.operations).flatMap(({ name, description, work }) =>
      conversation(name, description, `${name}.request`, ['request'], ['calc-server', 'op-server'], {
        'x-cateto-work': work,
      }),
    ),
    ...conversation('status', 'The status of a server.', 'status.request', ['statusRequest'], ['client', 'server']),
    ...conversation(
      'events',
      'The events that a broker or server keeps.',
      'events.request',
      ['eventsRequest'],
      ['observer', 'broker or server'],
    ),
    ['cancel.say', { action: 'send', summary: 'Cancels requests.', ...cancel }],
    ['cancel.hear', { action: 'receive', summary: 'Cancels requests.', ...cancel }],
    [
      'beat.say',
      { action: 'send', summary: 'Lists the requests that a server holds, can use and gives back.', ...beat },
    ],
    [
      'beat.hear',
      { action: 'receive', summary: 'Lists the requests that a server holds, can use and gives back.', ...beat },
    ],
    ['hello.say', { action: 'send', summary: 'Confirms the return path.', ...hello }],
    ['hello.hear', { action: 'receive', summary: 'Confirms the return path.', ...hello }],
  ]);
}

function reference(channel: string, message?: string): Part {
  return { $ref: `#/channels/${channel}${message === undefined ? '' : `/messages/${message}`}` };
}

function valueSchemas(catalogue: Catalogue): Part {
  const contracts = [...Object.values(catalogue.operations), ...Object.values(catalogue.formulas)];
  const values = contracts.flatMap((contract) => valuesOf(contract).concat(failuresOf(contract)));
  const named = values.map(({ contract, name, schema }) => [`${contract}.${name}`, schema] as const);
  return Object.fromEntries(
    [...named, ['statusReport', StatusReport] as const, ['eventsReport', EventsReport] as const].map(
      ([name, schema]) => [name, rebased(openSchema(schema, { draft: asyncApiDraft }), `#/components/schemas/${name}`)],
    ),
  );
}

/** The fields that a batch contains once, for all of its messages. */
const batchFields = fieldsOfMessage('batch', { draft: asyncApiDraft }).filter(({ name }) => name !== 'messages');
const batchHeaders: Schema = {
  type: 'object',
  properties: Object.fromEntries(batchFields.map(({ name, schema }) => [name, schema])),
  required: batchFields.flatMap(({ name, optional }) => (optional ? [] : [name])),
};

/** The two frames, and how the messages of one topic share the second. */
const batchBinding: Part = {
  frames: [
    { content: 'topic', encoding: 'utf-8', description: 'The address of the channel.' },
    { content: 'batch', encoding: 'msgpack', description: '[sender, settledBelow, [message, …], stragglers?]' },
  ],
  batch: { headers: batchFields.map(({ name }) => name), messagesAt: 2, messagesMax: batchMessagesMax },
  message: 'An array of fields in the order of the payload’s items; an absent field before a present one is nil.',
  frameBytesMax,
};
