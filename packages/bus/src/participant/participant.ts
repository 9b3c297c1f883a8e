import type { BodyFault, OpenBatch } from '@cateto/contracts';
import { addressed, createCodec, helloTopic, helloLayout, newAddress, readHello } from '@cateto/contracts';
import type { ListenersEffect, ReturnPath, ReturnPathEffect } from '@cateto/protocol';
import { createBatch, createReturnPath, createListeners } from '@cateto/protocol';
import { openAll } from '../link/closing.ts';
import { createDeadlineTimer } from '../link/deadline-timer.ts';
import { createReachReport } from './reach-report.ts';
import type { ThrottledCounter } from './throttled-counter.ts';
import { createThrottledCounter } from './throttled-counter.ts';
import type { OnEvent } from './events.ts';
import type { Duty, Link, LinkEvents, OpenLink, Platform } from '../link/link.ts';

/*
 * The driver of a participant: it receives and decodes messages, passes them to the machines, performs their effects,
 * and keeps one timer armed for the earliest of their deadlines. Topics are plain strings here; bus.ts gives them their
 * types.
 */

/** A requester, a responder, or another part that needs the listener table and the return path. */
export interface Component {
  tableChanged?(change: ListenersEffect): void;
  returnPathChanged?(change: ReturnPathEffect): void;
  deadlineMs?(): number | undefined;
  /** Its deadline has come. */
  tick?(): void;
  /** The lowest seq of its own requests that is not settled, apart from the stragglers. Every batch carries both. */
  settledBelow?(): number;
  stragglers?(): readonly number[] | undefined;
}

/**
 * The sender of a batch, and the requests of its own that it has settled: every seq below `settledBelow`, apart from
 * the stragglers.
 */
export interface BatchOrigin {
  readonly sender: string;
  readonly settledBelow: number;
  readonly stragglers?: readonly number[] | undefined;
}

/** Reads a message in wire order; undefined when it is broken. */
export type Read<M> = (fields: unknown) => M | undefined;

/** Receives the messages of a batch that could be read, perhaps none. */
export type Take<M> = (messages: readonly M[], origin: BatchOrigin) => void;

export interface Participant {
  readonly address: string;
  readonly platform: Platform;
  readonly dropped: ThrottledCounter;
  attach(component: Component): void;
  /**
   * Registers a receiver for the messages of a topic that are addressed to this participant. A broken message is
   * dropped and counted; the others of its batch are not affected.
   */
  receive<M>(topic: string, read: Read<M>, take: Take<M>): void;
  subscribe(topic: string): void;
  /** Other participants stop sending on the topic. Messages in flight are still received. */
  unsubscribe(topic: string): void;
  /**
   * Publishes one message, in wire order, in a batch with the other messages of this turn to the same topic and
   * address.
   */
  publish(topic: string, to: string, message: readonly unknown[]): void;
  /** Calls back when a hello that is published now has come back: then the broker has forwarded every earlier message. */
  afterRoundTrip(done: () => void): void;
  /** Why messages to this participant do not reach it; undefined when they do. */
  obstacle(): ReturnType<ReturnPath['obstacle']>;
  /** The addresses that listen on a route of the listener table. */
  listenersOf(route: string): readonly string[];
  /** The brokers that the last attempts to connect did not reach, each with the reason. */
  unreached(): readonly string[];
  /** Adds the size of a table to {@link Participant.tables}. */
  table(name: string, size: () => number): void;
  /** The current number of entries in each table of this participant. */
  tables(): Readonly<Record<string, number>>;
  /**
   * A component's deadline may have changed. Call this after every input to a machine outside of `tick`. The timer is
   * armed again at the end of this turn, once for all changes.
   */
  rearm(): void;
  /** Sends what waits to be sent, then closes the link. */
  close(): Promise<void>;
}

export interface ParticipantOptions {
  readonly openLink: OpenLink;
  readonly duty: Duty;
  readonly platform: Platform;
  readonly onEvent: OnEvent;
}

/** A timer that is later than this means that the event loop was blocked or the process stood still. */
const pauseMs = 20;

export function openParticipant({ openLink, duty, platform, onEvent }: ParticipantOptions): Participant {
  const address = newAddress(platform.random, openLink.addressPrefix);
  const codec = createCodec();
  const listeners = createListeners();
  const returnPath = createReturnPath();
  const outbox = createBatch();
  const dropped = createThrottledCounter(platform, (topic, cause, count) =>
    onEvent({ event: 'message-dropped', topic, cause, count }),
  );
  const reach = createReachReport(platform, onEvent);
  const components: Component[] = [];
  const receivers = new Map<string, { readonly topic: string; take(batch: OpenBatch): void }>();
  const sizes = new Map<string, () => number>([['listeners', listeners.size]]);
  /** The component that has requests of its own. */
  let requesting: Component | undefined;
  let endAsked = false;
  let isArmedAnew = true;
  let closed = false;
  let closing: Promise<void> | undefined;
  /** Callbacks by the counters of their hellos, which are far above those of the return path. */
  const roundTrips = new Map<number, () => void>();
  let roundTripCounter = 2 ** 31;

  const heard: LinkEvents = {
    message(topic, body) {
      const known = receivers.get(topic);
      if (known === undefined) return dropped.count(topic, 'not subscribed to');
      const batch = codec.decode(body);
      if (isFault(batch)) return dropped.count(known.topic, batch);
      known.take(batch);
    },
    subscription(topic, subscribed) {
      for (const change of listeners.handle({ type: subscribed ? 'subscribed' : 'unsubscribed', topic })) {
        tableChanged(change);
      }
    },
    reconnected: () => tellReturnPath({ type: 'reconnected' }),
    dropped: (cause) => dropped.count('', cause),
    dialled: reach.dialled,
  };
  // After a pause of this process, the silence of others counts only when everything that arrived meanwhile has been
  // read.
  const timer = createDeadlineTimer(platform, (lateMs) => (lateMs < pauseMs ? tick() : platform.afterTurn(tick)));
  const link: Link = openLink(heard, duty);

  function readAll<M>(topic: string, messages: readonly unknown[], read: Read<M>): M[] {
    const taken: M[] = [];
    for (const fields of messages) {
      const message = read(fields);
      if (message === undefined) dropped.count(topic, brokenMessage);
      else taken.push(message);
    }
    return taken;
  }

  function tableChanged(change: ListenersEffect): void {
    if (change.type === 'refused') dropped.count(change.topic, 'listener table full');
    for (const component of components) component.tableChanged?.(change);
    if (change.type === 'marker-up' || change.type === 'marker-down') {
      tellReturnPath({ type: 'markers-changed', held: change.held });
    }
    rearm();
  }

  function tellReturnPath(input: Parameters<typeof returnPath.handle>[0]): void {
    for (const change of returnPath.handle(input, platform.nowMs())) returnPathDecided(change);
    rearm();
  }

  function returnPathDecided(change: ReturnPathEffect): void {
    if (change.type === 'say-hello') sayHello(change.counter);
    for (const component of components) component.returnPathChanged?.(change);
  }

  function sayHello(counter: number): void {
    publish(helloTopic, address, helloLayout.write({ counter }));
  }

  function helloHeard(counter: number): void {
    if (!roundTrips.has(counter)) return tellReturnPath({ type: 'hello-heard', counter });
    for (const [earlier, done] of roundTrips) {
      if (earlier > counter) return;
      // An earlier hello was lost, or has been overtaken through another broker.
      roundTrips.delete(earlier);
      done();
    }
  }

  function publish(topic: string, to: string, message: readonly unknown[]): void {
    if (closed) return;
    for (const effect of outbox.handle({ type: 'add', topic, to, message })) perform(effect);
  }

  function perform(effect: ReturnType<typeof outbox.handle>[number]): void {
    if (effect.type === 'flush-soon') askForEnd();
    else send(effect.topic, effect.to, effect.messages);
  }

  function flush(): void {
    for (const effect of outbox.handle({ type: 'flush' })) perform(effect);
  }

  function send(topic: string, to: string, messages: readonly (readonly unknown[])[]): void {
    // No server reads a hello, and stragglers would make it larger than its bound (link/inbound.ts).
    const teller = topic === helloTopic ? undefined : requesting;
    const body = codec.encode(address, teller?.settledBelow?.() ?? 1, messages, teller?.stragglers?.());
    // Every value was checked against limits.valueBytesMax and valuePartsMax before.
    if (codec.fits(body)) link.publish(addressed(topic, to), body);
    else dropped.count(topic, 'larger than a frame');
  }

  function rearm(): void {
    isArmedAnew = false;
    askForEnd();
  }

  function askForEnd(): void {
    if (endAsked) return;
    endAsked = true;
    platform.soon(endTurn);
  }

  function endTurn(): void {
    endAsked = false;
    flush();
    if (!isArmedAnew) arm();
  }

  function arm(): void {
    isArmedAnew = true;
    let dueMs = returnPath.deadlineMs() ?? Number.POSITIVE_INFINITY;
    for (const component of components) {
      const componentDueMs = component.deadlineMs?.();
      if (componentDueMs !== undefined && componentDueMs < dueMs) dueMs = componentDueMs;
    }
    timer.arm(dueMs);
  }

  function tick(): void {
    if (closed) return;
    timer.taken();
    const nowMs = platform.nowMs();
    for (const change of returnPath.handle({ type: 'tick' }, nowMs)) returnPathDecided(change);
    for (const component of components) component.tick?.();
    arm();
  }

  const participant: Participant = {
    address,
    platform,
    dropped,
    attach(component) {
      components.push(component);
      if (component.settledBelow !== undefined) requesting = component;
    },
    receive(topic, read, take) {
      const wireTopic = addressed(topic, address);
      if (receivers.has(wireTopic)) throw new TypeError(`${topic} is received already`);
      receivers.set(wireTopic, { topic, take: (batch) => take(readAll(topic, batch.messages, read), batch) });
    },
    subscribe: (topic) => link.subscribe(addressed(topic, address)),
    unsubscribe: (topic) => link.unsubscribe(addressed(topic, address)),
    publish,
    afterRoundTrip(done) {
      roundTripCounter += 1;
      roundTrips.set(roundTripCounter, done);
      sayHello(roundTripCounter);
    },
    obstacle: returnPath.obstacle,
    listenersOf: listeners.listenersOf,
    unreached: reach.unreached,
    table: (name, size) => void sizes.set(name, size),
    tables: () => Object.fromEntries([...sizes].map(([name, size]) => [name, size()])),
    rearm,
    close() {
      if (closing === undefined) {
        flush();
        closed = true;
        timer.close();
        dropped.close();
        closing = link.close();
      }
      return closing;
    },
  };

  return openAll((opened) => {
    opened(participant);
    participant.receive(helloTopic, readHello, (counters, { sender }) => {
      for (const counter of counters) {
        // The hello of another participant proves nothing.
        if (sender === address) helloHeard(counter);
        else dropped.count(helloTopic, brokenMessage);
      }
    });
    participant.subscribe(helloTopic);
    return participant;
  });
}

const brokenMessage = 'broken message';

function isFault(batch: unknown): batch is BodyFault {
  return typeof batch === 'string';
}
