export type { BrokerOptions } from './broker.ts';
export { runBroker, startBroker } from './broker.ts';
export type { RunningBroker } from './running-broker.ts';
export type { BrokerKeys, BrokerPort, ConnectionRights } from '../link/keys.ts';
