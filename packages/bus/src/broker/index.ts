export type { RelayOptions } from './broker.ts';
export { runRelay, startRelay } from './broker.ts';
export type { Relay } from './running-broker.ts';
