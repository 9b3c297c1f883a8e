import { addressed, helloTopic, topicShape } from '@cateto/contracts';
import { latin1 } from '@cateto/zmtp';
import type { Duty, LinkEvents } from './link.ts';

/*
 * The inbound connections of a participant (docs/decisions/0018-two-kinds-of-sockets.md). Requests arrive on a
 * dedicated connection, whose heartbeats continue while a handler computes. Answers arrive on the other connection. A
 * participant that both serves and requests has both connections, and its return path is confirmed when its hello has
 * arrived on both.
 */

/** A socket connected to every broker. */
export interface InboundConnection {
  subscribe(prefix: string): void;
  unsubscribe(prefix: string): void;
}

export type InboundEvents = Pick<LinkEvents, 'message' | 'reconnected' | 'dropped'>;

export interface OpenInbound<C extends InboundConnection> {
  requests(events: InboundEvents): C;
  answers(events: InboundEvents): C;
}

export interface Inbound<C extends InboundConnection> extends InboundConnection {
  readonly all: readonly C[];
}

export function openInbound<C extends InboundConnection>(
  duty: Duty,
  open: OpenInbound<C>,
  events: InboundEvents,
): Inbound<C> {
  if (!duty.serves) return single(open.answers(events));
  if (!duty.asks) return single(open.requests(events));
  const both = createBoth(events);
  const requests = open.requests({ ...events, message: both.hears() });
  const answers = open.answers({ ...events, message: both.hears() });
  const connectionsFor = (prefix: string): readonly C[] => {
    const shape = topicShape(prefix)?.shape;
    if (shape === 'hello') return [requests, answers];
    // A cancellation takes the connection of its request, so that it cannot overtake the request.
    return [shape === 'request' || shape === 'cancel' ? requests : answers];
  };
  return {
    all: [requests, answers],
    subscribe: (prefix) => connectionsFor(prefix).forEach((connection) => connection.subscribe(prefix)),
    unsubscribe: (prefix) => connectionsFor(prefix).forEach((connection) => connection.unsubscribe(prefix)),
  };
}

function single<C extends InboundConnection>(connection: C): Inbound<C> {
  return {
    all: [connection],
    subscribe: (prefix) => connection.subscribe(prefix),
    unsubscribe: (prefix) => connection.unsubscribe(prefix),
  };
}

const helloPrefix = addressed(helloTopic, '');
/** A hello is sent every 5 to 100 ms until the return path is confirmed, so only few of them are in flight. */
const hellosKept = 8;
/** The size of a real hello: a sender and two numbers. A stranger's may be of any size. */
const helloBytesMax = 64;

/** Passes messages on. A hello is passed on only when it has arrived on both connections. */
function createBoth({ message, dropped }: InboundEvents): { hears(): LinkEvents['message'] } {
  const heard: string[][] = [];
  return {
    hears() {
      const own: string[] = [];
      heard.push(own);
      return (topic, body) => {
        // This runs for every message. Parsing the whole topic would take several regular expressions.
        if (!topic.startsWith(helloPrefix)) return message(topic, body);
        if (body.length > helloBytesMax) return dropped('a hello above the limit');
        const hello = latin1(body);
        if (!own.includes(hello)) own.push(hello);
        if (own.length > hellosKept) own.shift();
        if (heard.every((hellos) => hellos.includes(hello))) message(topic, body);
      };
    },
  };
}
