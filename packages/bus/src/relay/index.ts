export type { Relay, RelayOptions } from './relay.ts';
export { startRelay } from './relay.ts';
