import { addressLength } from '../../topics/address.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { Role, TopicKindName } from '../../topics/topic-table.ts';
import { documentName } from './value-schemas.ts';
import { topicTable } from '../../topics/topic-table.ts';
import { topicPrefix } from '../../topics/topics.ts';
import { lanes } from '../../topics/lanes.ts';

/** A topic, or several topics that differ in a parameter. */
export interface Channel {
  /** The channel's name in a document. */
  readonly id: string;
  /** As on the wire, parameters in braces: `calc.square.request.{lane}.{address}`. */
  readonly topic: string;
  readonly from: string;
  readonly to: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, ChannelParameter>>;
}

export interface ChannelParameter {
  readonly description: string;
  readonly enum?: readonly string[];
}

const receiver: ChannelParameter = {
  description: `The address of the recipient: ${addressLength} characters of a-z0-9, as its subscription says.`,
};
const requester: ChannelParameter = {
  description: 'The address of the requester: the `sender` of the batch in which the request came.',
};

/** All topics of a catalogue (docs/wire.md, "Topics"). */
export function channelsOf(catalogue: Catalogue): readonly Channel[] {
  const operandsMost = Math.max(0, ...Object.values(catalogue.formulas).map(({ operands }) => operands.length));
  const lane = {
    description: 'The lane; a formula’s n-th call goes out on lane n, or prefers it (`x-cateto-work`).',
    enum: lanes.map(String),
  };
  return [
    ...(operandsMost > 0 ? [operandsChannel(operandsMost)] : []),
    ...Object.keys(catalogue.operations).flatMap((name): Channel[] => [
      channel('operationRequest', {
        name,
        id: `${name}.request`,
        description: `Requests for the operation ${name}.`,
        parameters: { lane, address: receiver },
      }),
      channel('operationResult', {
        name,
        id: `${name}.result`,
        description: `Outcomes of the operation ${name}, on the lane of the request.`,
        parameters: { lane, address: requester },
      }),
    ]),
    ...Object.values(catalogue.formulas).map((formula) =>
      channel('formulaResult', {
        name: formula.name,
        id: `${documentName(formula)}.result`,
        description: `Outcomes of the formula ${formula.name}.`,
        parameters: { address: requester },
      }),
    ),
    ...protocolChannels,
  ];
}

type ChannelText = Pick<Channel, 'id' | 'description' | 'parameters'> & {
  /** The operation or formula whose name is part of the topic. */
  readonly name?: string;
  /** Replaces the roles of the table in the text. */
  readonly between?: readonly [from: string, to: string];
};

function channel(kind: TopicKindName, { name = '', between, ...text }: ChannelText): Channel {
  const { template, publishedBy, subscribedBy } = topicTable[kind];
  const [from, to] = between ?? [rolesText(publishedBy), rolesText(subscribedBy)];
  return { ...text, topic: `${template.replace('{name}', name)}.{address}`, from, to };
}

/** Leaves out observers, which receive every topic. */
function rolesText(roles: readonly Role[]): string {
  return roles.filter((role) => role !== 'observer').join(' or ');
}

function operandsChannel(operandsMost: number): Channel {
  return channel('operand', {
    id: 'operands',
    description: 'Operand n of a request for a formula; a request is complete when all its operands are there.',
    parameters: {
      n: { description: 'Which operand.', enum: lanes.slice(0, operandsMost).map(String) },
      address: receiver,
    },
  });
}

/** The channels that every catalogue has. */
const protocolChannels: readonly Channel[] = [
  channel('statusRequest', {
    id: 'status.request',
    description: 'Requests the status of a server: what it serves, its load and its version.',
    parameters: { address: receiver },
  }),
  channel('statusResult', {
    id: 'status.result',
    description: 'The status of a server.',
    parameters: { address: requester },
  }),
  channel('eventsRequest', {
    id: 'events.request',
    between: ['observer', 'broker or calc-server or op-server'],
    description: 'Requests the events that a broker or server keeps.',
    parameters: { address: receiver },
  }),
  channel('eventsResult', {
    id: 'events.result',
    between: ['broker or calc-server or op-server', 'observer'],
    description: 'Events of a broker or server.',
    parameters: { address: requester },
  }),
  channel('cancel', {
    id: 'cancel',
    description: 'Tells a server which requests of the sender are cancelled.',
    parameters: { address: receiver },
  }),
  channel('hello', {
    id: 'hello',
    between: ['a participant', 'itself'],
    description: 'Sent by a participant to itself to confirm its return path.',
    parameters: { address: { description: 'Its own address.' } },
  }),
  channel('beat', {
    id: 'beat',
    description:
      'Tells a requester which of its requests the server holds, how many requests keep it busy, and which it gives back.',
    parameters: { address: requester },
  }),
  {
    id: 'marker',
    topic: `${topicPrefix}broker.{epoch}.{address}`,
    from: 'a broker',
    to: 'publishers',
    description: 'A subscription by which publishers recognise an active broker. It is never a message.',
    parameters: {
      epoch: { description: 'Counts takeovers: a higher number is a later takeover.' },
      address: { description: 'The address of the broker.' },
    },
  },
  channel('ended', {
    id: 'ended',
    between: ['a broker', 'publishers'],
    description:
      'A subscription that a broker makes and withdraws at once when the process of this server has ended. It is never a message, and brokers refuse it from participants.',
    parameters: { address: { description: 'The address of the server that ended.' } },
  }),
];
