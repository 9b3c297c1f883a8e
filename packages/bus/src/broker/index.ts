export type { BrokerOptions } from './broker.ts';
export { runBroker, startBroker } from './broker.ts';
export type { BrokerSecurity } from './gate/access-guard.ts';
export type { SecuredBrokerOptions } from './secured-broker.ts';
export { startSecuredBroker } from './secured-broker.ts';
export type { RunningBroker } from './running-broker.ts';
export type { BrokerKeys, BrokerPort, ConnectionRights } from '../link/keys.ts';
