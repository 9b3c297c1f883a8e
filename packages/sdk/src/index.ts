export type { BusEvent, ServerStatus } from '@cateto/bus';
export type { Answer, CallOptions, Client, ClientBase, FormulaCalls, ObservedAt, Watch } from './client.ts';
export type { ConnectOptions } from './connect.ts';
export { connect } from './connect.ts';
export { RequestError } from './request-error.ts';
export { serve } from './serve.ts';
export type { ServeOptions, Service } from './service.ts';
export type { BrokerView, DifferingContract, ServerView, SystemStatus } from './system-status.ts';
