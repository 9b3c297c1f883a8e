import { addressLength } from '../address.ts';
import type { Catalogue } from '../catalogue.ts';
import { lanes, topicPrefix } from '../topics.ts';

/** A topic, or several that differ in a parameter, as documents show it. */
export interface Channel {
  /** Its name in a document. */
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
  description: `The address of the one it is meant for: ${addressLength} characters of a-z0-9, as its subscription says.`,
};
const requester: ChannelParameter = {
  description: 'The address of the requester: the `sender` of the batch in which the request came.',
};

/** All topics of a catalogue (docs/protocol.md, section 1). */
export function channelsOf(catalogue: Catalogue): readonly Channel[] {
  const operandsMost = Math.max(0, ...Object.values(catalogue.formulas).map(({ operands }) => operands.length));
  const lane = { description: 'The lane; a formula’s n-th call goes out on lane n.', enum: lanes.map(String) };
  const operands: Channel = {
    id: 'operands',
    topic: `${topicPrefix}request.{n}.{address}`,
    from: 'client',
    to: 'calc-server',
    description: 'Operand n of a request for a formula; a request is complete when all its operands are there.',
    parameters: {
      n: { description: 'Which operand.', enum: lanes.slice(0, operandsMost).map(String) },
      address: receiver,
    },
  };
  return [
    ...(operandsMost > 0 ? [operands] : []),
    ...Object.keys(catalogue.operations).flatMap((name): Channel[] => [
      {
        id: `${name}.request`,
        topic: `${topicPrefix}${name}.request.{lane}.{address}`,
        from: 'calc-server',
        to: 'op-server',
        description: `Requests for the operation ${name}.`,
        parameters: { lane, address: receiver },
      },
      {
        id: `${name}.result`,
        topic: `${topicPrefix}${name}.result.{lane}.{address}`,
        from: 'op-server',
        to: 'calc-server',
        description: `Outcomes of the operation ${name}, on the lane of the request.`,
        parameters: { lane, address: requester },
      },
    ]),
    ...Object.keys(catalogue.formulas).map((name): Channel => ({
      id: `${name}.result`,
      topic: `${topicPrefix}${name}.result.{address}`,
      from: 'calc-server',
      to: 'client',
      description: `Outcomes of the formula ${name}.`,
      parameters: { address: requester },
    })),
    ...protocolChannels,
  ];
}

/** Those that every catalogue has. */
const protocolChannels: readonly Channel[] = [
  {
    id: 'status.request',
    topic: `${topicPrefix}status.request.{address}`,
    from: 'client',
    to: 'any server',
    description: 'Asks a server what it serves and how it is.',
    parameters: { address: receiver },
  },
  {
    id: 'status.result',
    topic: `${topicPrefix}status.result.{address}`,
    from: 'any server',
    to: 'client',
    description: 'What a server says of itself.',
    parameters: { address: requester },
  },
  {
    id: 'hello',
    topic: `${topicPrefix}hello.{address}`,
    from: 'a participant',
    to: 'itself',
    description: 'What a participant sends itself to prove that it can hear answers.',
    parameters: { address: { description: 'Its own address.' } },
  },
  {
    id: 'marker',
    topic: `${topicPrefix}broker.{epoch}.{address}`,
    from: 'a broker',
    to: 'publishers',
    description: 'A subscription by which publishers know an active broker; never a message.',
    parameters: {
      epoch: { description: 'Counts takeovers; the higher one is the newer.' },
      address: { description: 'The address of the broker.' },
    },
  },
  {
    id: 'ended',
    topic: `${topicPrefix}ended.{address}`,
    from: 'a broker',
    to: 'publishers',
    description:
      'A subscription that comes and goes at once: the process of this server has ended. Never a message; a broker refuses it from anyone else.',
    parameters: { address: { description: 'The address of the server that ended.' } },
  },
];
