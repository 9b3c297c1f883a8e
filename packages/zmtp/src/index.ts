/*
 * ZMTP 3.1, ZeroMQ's wire protocol, for publish and subscribe sockets. It runs on the thread that sends and receives
 * the messages, on the streams and the clock of any `Network`.
 */
export type { BeatPublisher, BeatPublisherEvents } from './beat-publisher.ts';
export { createBeatPublisher } from './beat-publisher.ts';
export type { BeatSubscriber, BeatSubscriberEvents } from './beat-subscriber.ts';
export { createBeatSubscriber } from './beat-subscriber.ts';
export { concat, copied, latin1 } from './bytes.ts';
export type { ClientKeys } from './curve/client.ts';
export type { CurveCrypto, KeyPair } from './curve/crypto.ts';
export { curveClient, curveServer } from './curve/mechanism.ts';
export type { ServerKeys } from './curve/server.ts';
export type { ConnectionsOptions } from './connections.ts';
export type { FrameEvents, FrameReader } from './frame-reader.ts';
export { commandFlag, createFrameReader, longFlag, longHeadBytes, moreFlag, shortHeadBytes } from './frame-reader.ts';
export { greetingBytes } from './greeting.ts';
export type { Heartbeat } from './liveness.ts';
export type { Cipher, Handshake, HandshakeStep, Mechanism, Refusal, Role, TakeFrame } from './mechanism.ts';
export { nullMechanism } from './mechanism.ts';
export { propertyOf, writeProperty } from './metadata.ts';
export type { Attempt, Endpoint, Listening, Network, Stream, StreamUser, TakeStream } from './network.ts';
export type { Peer } from './peer.ts';
export type { Subscriber, SubscriberEvents, SubscriberOptions } from './subscriber.ts';
export { createSubscriber } from './subscriber.ts';
export type { XPublisher, XPublisherEvents, XPublisherOptions } from './x-publisher.ts';
export { createXPublisher } from './x-publisher.ts';
export { copiedBelowBytes } from './write-buffer.ts';
export type { RoundTripMs } from './round-trip.ts';
