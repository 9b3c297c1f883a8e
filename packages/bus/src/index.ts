/* Participants and brokers on any network and any platform. Nothing here is Node's: `./node` and `./broker` are. */
export type { EventReader, EventReaderParts } from './client/event-reader.ts';
export { readEvents } from './client/event-reader.ts';
export type { EventsPosition, SystemEvent } from './client/event-source.ts';
export { placeOf } from './client/event-source.ts';
export type { BrokerStatus } from './client/broker-status.ts';
export { hearBeat } from './client/broker-status.ts';
export type { Bus, BusOptions } from './participant/bus.ts';
export { open } from './participant/bus.ts';
export { openAll } from './link/closing.ts';
export type { BusEvent, OnEvent } from './participant/events.ts';
export type { EventHistory } from './events/event-history.ts';
export { createEventHistory } from './events/event-history.ts';
export { recordEvents } from './events/event-recording.ts';
export type { FormulaClient } from './client/formula-client.ts';
export type { FormulaQuestion, Settle } from './client/formula-request.ts';
export { createFormulaClient } from './client/formula-client.ts';
export type { FormulaServerOptions } from './calc-server/formula-server.ts';
export { serveFormulas } from './calc-server/formula-server.ts';
export type { OpenBrokerLink, BrokerLink, BrokerLinkEvents } from './link/broker-link.ts';
export type { Duty, Link, LinkEvents, OpenLink, Platform } from './link/link.ts';
export type { Signal } from './link/web.ts';
export { inMicrotask } from './link/web.ts';
export { participantLink } from './link/participant-link.ts';
export type { KeyPair, ParticipantKeys } from './link/keys.ts';
export type { ObservedMessage } from './client/observer.ts';
export { createObservedReader, observe } from './client/observer.ts';
export type { OperationServerOptions } from './op-server/operation-server.ts';
export { serveOperations } from './op-server/operation-server.ts';
export type { Requests } from './participant/requester-driver.ts';
export { createRequesterDriver } from './participant/requester-driver.ts';
export type { CallSpans } from './telemetry/calls.ts';
export { createCallSpans } from './telemetry/calls.ts';
export type { RunningServer } from './server/server-lifecycle.ts';
export type { ServerStatus, StatusClient } from './client/status.ts';
export { createStatusClient } from './client/status.ts';
export type { HandlerThreads, ThreadedRequest } from './runs/handler-threads.ts';
export type { SocketBrokerLink, SocketBrokerLinkOptions } from './link/socket-broker-link.ts';
export { openSocketBrokerLink } from './link/socket-broker-link.ts';
export { commonBounds } from './link/socket-bounds.ts';
export type { RequestConnection, RequestConnectionState } from './link/request-connections.ts';
export { openRequestConnections } from './link/request-connections.ts';
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
export type { RunningBroker } from './broker/running-broker.ts';
export { runBroker } from './broker/broker.ts';
