/* ZeroMQ's wire, ZMTP 3.1, as the sockets of publish and subscribe need it, spoken by the thread that has the messages. */
export type { BeatSubscriber } from './beat-subscriber.ts';
export { createBeatSubscriber } from './beat-subscriber.ts';
export { addressOf, familyOf, literalOf } from './host-address.ts';
export type { Subscriber, SubscriberEvents, SubscriberOptions } from './subscriber.ts';
export { createSubscriber } from './subscriber.ts';
export type { XPublisher, XPublisherEvents, XPublisherOptions } from './x-publisher.ts';
export { createXPublisher } from './x-publisher.ts';
