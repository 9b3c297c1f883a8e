export type { BrokerState, Failover, FailoverConfig, FailoverEffect, FailoverInput, Rank } from './failover.ts';
export { createFailover } from './failover.ts';
export type { PeerBeat } from './peer.ts';
