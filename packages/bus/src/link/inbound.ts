import { addressed, helloTopic, topicShape } from '@cateto/contracts';
import type { Duty, LinkEvents } from './link.ts';

/*
 * The ways on which a participant hears (docs/decisions/0018-two-kinds-of-sockets.md). What a server is asked comes in on a
 * way of its own, whose heartbeat goes on while a handler computes; answers come in on the other. Who asks and serves has
 * both, and its ear is proven when its hello was heard on both.
 */

/** A socket connected to every broker. */
export interface WayIn {
  subscribe(prefix: string): void;
  unsubscribe(prefix: string): void;
}

export type WayInEvents = Pick<LinkEvents, 'message' | 'reconnected' | 'dropped'>;

export interface OpenWaysIn<W extends WayIn> {
  requests(events: WayInEvents): W;
  answers(events: WayInEvents): W;
}

export interface WaysIn<W extends WayIn> extends WayIn {
  readonly all: readonly W[];
}

export function openWaysIn<W extends WayIn>(duty: Duty, open: OpenWaysIn<W>, events: WayInEvents): WaysIn<W> {
  if (!duty.serves) return single(open.answers(events));
  if (!duty.asks) return single(open.requests(events));
  const both = createBoth(events);
  const requests = open.requests({ ...events, message: both.hears() });
  const answers = open.answers({ ...events, message: both.hears() });
  const waysFor = (prefix: string): readonly W[] => {
    const shape = topicShape(prefix)?.shape;
    if (shape === 'hello') return [requests, answers];
    // A cancellation comes behind its request, not past it.
    return [shape === 'request' || shape === 'cancel' ? requests : answers];
  };
  return {
    all: [requests, answers],
    subscribe: (prefix) => waysFor(prefix).forEach((way) => way.subscribe(prefix)),
    unsubscribe: (prefix) => waysFor(prefix).forEach((way) => way.unsubscribe(prefix)),
  };
}

function single<W extends WayIn>(way: W): WaysIn<W> {
  return { all: [way], subscribe: (prefix) => way.subscribe(prefix), unsubscribe: (prefix) => way.unsubscribe(prefix) };
}

const helloPrefix = addressed(helloTopic, '');
/** An ear says hello every 5 to 100 ms until it is proven, so few of them are on their way at once. */
const hellosKept = 8;
/** A sender and two numbers; a stranger's may be of any size. */
const helloBytesMax = 64;

/** Passes messages on, but a hello only when it has come in on both ways. */
function createBoth({ message, dropped }: WayInEvents): { hears(): LinkEvents['message'] } {
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
