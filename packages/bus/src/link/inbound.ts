import { addressed, helloTopic, topicShape } from '@cateto/contracts';
import type { Duty, LinkEvents } from './link.ts';

/*
 * The ways on which a participant hears (docs/decisions/0018-two-kinds-of-sockets.md). What a server is asked comes in on a
 * way of its own, whose heartbeat goes on while a handler computes; answers come in on the other. Who asks and serves has
 * both, and its return path is confirmed when its hello was heard on both.
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
    // A cancellation comes behind its request, not past it.
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
/** A return path says hello every 5 to 100 ms until it is confirmed, so few of them are on their way at once. */
const hellosKept = 8;
/** A sender and two numbers; a stranger's may be of any size. */
const helloBytesMax = 64;

/** Passes messages on, but a hello only when it has come in on both connections. */
function createBoth({ message, dropped }: InboundEvents): { hears(): LinkEvents['message'] } {
  const heard: string[][] = [];
  return {
    hears() {
      const own: string[] = [];
      heard.push(own);
      return (topic, body) => {
        // For every message: the whole shape of a topic takes several regular expressions.
        if (!topic.startsWith(helloPrefix)) return message(topic, body);
        if (body.length > helloBytesMax) return dropped('a hello above the limit');
        const hello = Buffer.from(body).toString('latin1');
        if (!own.includes(hello)) own.push(hello);
        if (own.length > hellosKept) own.shift();
        if (heard.every((hellos) => hellos.includes(hello))) message(topic, body);
      };
    },
  };
}
