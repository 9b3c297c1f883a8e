export type { RelayOptions } from './relay.ts';
export { startRelay } from './relay.ts';
export type { Relay } from './running-relay.ts';
