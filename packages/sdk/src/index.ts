/**
 * Calls formulas and serves operations from a program.
 *
 * @module sdk
 */

export type { ClientMetrics, Loadable, ServerMetrics, System, Telemetry } from '@cateto/contracts';
export { defineSystem } from '@cateto/contracts';
export type { BusEvent, EventsPosition, ServerStatus, SystemEvent } from '@cateto/bus';
export type { Answer, CallError, CallOptions, FailingCall, FormulaCall } from './call.ts';
export type { Client, ClientBase, FormulaCalls, ObservedAt, Watch } from './client.ts';
export type { ConnectOptions } from './connect.ts';
export { connect } from './connect.ts';
export type { Inputs, MapAnswer, MapFailure, MapOptions, MapOutcome, MapResults } from './map/types.ts';
export type { EventsOptions, SystemEvents } from './events.ts';
export { failedAs } from './failed-as.ts';
export { RequestError } from './request-error.ts';
export type { Outcome } from './safe.ts';
export { safe } from './safe.ts';
export { serve } from './serve.ts';
export type { ServeOptions, Service } from './service.ts';
export type { BrokerView, DifferingContract, ServerView, SystemStatus } from './system-status.ts';
