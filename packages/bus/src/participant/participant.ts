import type { BodyFault, OpenBatch } from '@cateto/contracts';
import {
  besidesBytesMax,
  addressed,
  createCodec,
  helloTopic,
  helloLayout,
  isChunk,
  limits,
  newAddress,
  readHello,
} from '@cateto/contracts';
import type { ListenersEffect, ReturnPathEffect } from '@cateto/protocol';
import { createBatch, createReturnPath, createListeners } from '@cateto/protocol';
import { openAll } from '../link/closing.ts';
import { createDeadlineTimer } from '../link/deadline-timer.ts';
import { createChunks } from './chunks.ts';
import { createCongestion } from './congestion.ts';
import { createReachReport } from './reach-report.ts';
import { createThrottledCounter } from './throttled-counter.ts';
import type { OnEvent } from './events.ts';
import type { Component, Participant, Read } from './participant-types.ts';
import type { Duty, Link, LinkEvents, OpenLink, Platform } from '../link/link.ts';

/*
 * The driver of a participant: it receives and decodes messages, passes them to the machines, performs their effects,
 * and keeps one timer armed for the earliest of their deadlines. Topics are plain strings here; bus.ts gives them their
 * types.
 */

export type * from './participant-types.ts';

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
  const chunks = createChunks({
    platform,
    dropped,
    address,
    codec,
    encode: (topic, message) => encode(topic, [message]),
    publish,
    publishBody,
    unsentBytes: () => link.unsentBytes(),
    soon: rearm,
  });
  const sizes = new Map<string, () => number>([
    ['listeners', listeners.size],
    ['large messages', chunks.waiting],
    ['incomplete bodies', chunks.incomplete],
  ]);
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
      if (isChunk(body)) return chunks.heard(known.topic, body, known.take);
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
    ...reach.events,
    drained() {
      congestion.drained();
      if (chunks.waiting() > 0) rearm();
    },
  };
  // After a pause of this process, the silence of others counts only when everything that arrived meanwhile has been
  // read.
  const timer = createDeadlineTimer(platform, (lateMs) => (lateMs < pauseMs ? tick() : platform.afterTurn(tick)));
  const link: Link = openLink(heard, duty);
  const congestion = createCongestion(link.unsentBytes, () => {
    for (const component of components) component.drained?.();
  });

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
    if (change.type === 'server-ended') chunks.peerEnded(change.address);
    if (change.type === 'marker-up' || change.type === 'marker-down') {
      chunks.brokersChanged(change.held);
      // Another broker may have taken over from one that reads nothing.
      congestion.drained();
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

  function publish(topic: string, to: string, message: readonly unknown[], valueBytes?: number): void {
    if (closed) return;
    if (valueBytes !== undefined && besidesBytesMax + valueBytes > limits.chunkBytes) {
      return chunks.add(topic, to, message, besidesBytesMax + valueBytes);
    }
    for (const effect of outbox.handle({ type: 'add', topic, to, message, bytes: valueBytes })) perform(effect);
  }

  function perform(effect: ReturnType<typeof outbox.handle>[number]): void {
    if (effect.type === 'flush-soon') askForEnd();
    else send(effect.topic, effect.to, effect.messages);
  }

  function flush(): void {
    for (const effect of outbox.handle({ type: 'flush' })) perform(effect);
  }

  function send(topic: string, to: string, messages: readonly (readonly unknown[])[]): void {
    const body = encode(topic, messages);
    if (body === undefined) return;
    if (body.length > limits.frameBytesMax) dropped.count(topic, 'larger than a frame');
    else publishBody(topic, to, body);
  }

  function encode(topic: string, messages: readonly (readonly unknown[])[]): Uint8Array | undefined {
    // No server reads a hello, and stragglers would make it larger than its bound (link/inbound.ts).
    const teller = topic === helloTopic ? undefined : requesting;
    const body = codec.encode(address, teller?.settledBelow?.() ?? 1, messages, teller?.stragglers?.());
    // Every value was checked against limits.valueBytesMax and valuePartsMax before.
    if (codec.fits(body)) return body;
    dropped.count(topic, 'larger than a body');
    return undefined;
  }

  function publishBody(topic: string, to: string, body: Uint8Array): void {
    link.publish(addressed(topic, to), body);
    congestion.sent(body.length);
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
    if (closed) return;
    chunks.confirm();
    flush();
    chunks.send();
    if (!isArmedAnew) arm();
  }

  function arm(): void {
    isArmedAnew = true;
    let dueMs = Math.min(returnPath.deadlineMs() ?? never, chunks.deadlineMs() ?? never);
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
    chunks.tick();
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
    isCongested: congestion.isCongested,
    chunks,
    table: (name, size) => void sizes.set(name, size),
    tables: () => Object.fromEntries([...sizes].map(([name, size]) => [name, size()])),
    rearm,
    close() {
      if (closing === undefined) {
        flush();
        closed = true;
        timer.close();
        chunks.close();
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
const never = Number.POSITIVE_INFINITY;

function isFault(batch: unknown): batch is BodyFault {
  return typeof batch === 'string';
}
