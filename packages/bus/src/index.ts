export type { BrokerStatus } from './client/broker-status.ts';
export { hearBeat, hearBrokers } from './client/broker-status.ts';
export type { Bus, BusOptions } from './participant/bus.ts';
export { open } from './participant/bus.ts';
export { openAll } from './link/closing.ts';
export type { BusEvent, OnEvent } from './participant/events.ts';
export type { FormulaClient, FormulaQuestion, Settle } from './client/formula-client.ts';
export { createFormulaClient } from './client/formula-client.ts';
export type { FormulaServerOptions } from './calc-server/formula-server.ts';
export { serveFormulas } from './calc-server/formula-server.ts';
export type { OpenBrokerLink, BrokerLink, BrokerLinkEvents } from './link/broker-link.ts';
export type { Duty, Link, LinkEvents, OpenLink, Platform } from './link/link.ts';
export type { InboundConnection, InboundEvents } from './link/inbound.ts';
export { openInbound } from './link/inbound.ts';
export { isMarker } from './link/is-marker.ts';
export { participantLink } from './link/participant-link.ts';
export { nodePlatform } from './link/platform.ts';
export type { KeyPair, ParticipantKeys } from './link/keys.ts';
export type { DialKeys } from './link/zeromq/keys.ts';
export { prepareDialKeys } from './link/zeromq/keys.ts';
export type { ObservedMessage } from './client/observer.ts';
export { observe } from './client/observer.ts';
export type { OperationServerOptions } from './op-server/operation-server.ts';
export { serveOperations } from './op-server/operation-server.ts';
export type { Requests } from './participant/requester-driver.ts';
export { createRequesterDriver } from './participant/requester-driver.ts';
export type { RunningServer } from './server/server-lifecycle.ts';
export type { ServerStatus, StatusClient } from './client/status.ts';
export { createStatusClient } from './client/status.ts';
export type { HandlerThreads, ThreadedRequest } from './runs/handler-threads.ts';
export { inMicrotask, inNextTurn } from './link/event-loop-turns.ts';
export { zeromqLink } from './link/zeromq/zeromq-link.ts';
export type { SocketBrokerLink, SocketBrokerLinkOptions } from './link/socket-broker-link.ts';
export { openSocketBrokerLink } from './link/socket-broker-link.ts';
export { commonBounds } from './link/socket-bounds.ts';
export * as socketOptions from './link/socket-options.ts';
export type {
  BrokerSockets,
  ParticipantSockets,
  PeerHeartbeat,
  Probe,
  RequestEvents,
  RequestSubscriber,
} from './link/sockets.ts';
export type { Flushing, ZmtpSockets } from './link/zmtp-sockets.ts';
export { createZmtpSockets } from './link/zmtp-sockets.ts';
