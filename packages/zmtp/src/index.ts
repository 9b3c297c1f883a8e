/*
 * ZMTP 3.1, ZeroMQ's wire protocol, for publish and subscribe sockets. It runs on the thread that sends and receives
 * the messages.
 */
export type { BeatSubscriber } from './node/beat-subscriber.ts';
export { createBeatSubscriber } from './node/beat-subscriber.ts';
export { addressOf, familyOf, literalOf } from './node/host-address.ts';
export type { Subscriber, SubscriberEvents, SubscriberOptions } from './node/subscriber.ts';
export { createSubscriber } from './node/subscriber.ts';
export type { XPublisher, XPublisherEvents, XPublisherOptions } from './node/x-publisher.ts';
export { createXPublisher } from './node/x-publisher.ts';
