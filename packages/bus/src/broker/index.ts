export type { BrokerOptions } from './start-broker.ts';
export { startBroker } from './start-broker.ts';
export type { BrokerSecurity } from './gate/access-guard.ts';
export type { SecuredBrokerOptions } from './secured-broker.ts';
export { startSecuredBroker } from './secured-broker.ts';
export type { RunningBroker } from './running-broker.ts';
export type { BrokerKeys, BrokerPort, ConnectionRights } from '../link/keys.ts';
