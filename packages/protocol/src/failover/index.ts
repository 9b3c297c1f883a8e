export { createFailover } from './failover.ts';
export type {
  BrokerState,
  Failover,
  FailoverConfig,
  FailoverEffect,
  FailoverInput,
  PeerBeat,
  Rank,
  StepDownCause,
  StopCause,
  TakeoverCause,
} from './types.ts';
