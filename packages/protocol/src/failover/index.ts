export { createFailover } from './failover.ts';
export type {
  BrokerState,
  Failover,
  FailoverConfig,
  FailoverEffect,
  FailoverInput,
  FailoverSnapshot,
  PeerBeat,
  Rank,
  StepDownCause,
  StopCause,
  TakeoverCause,
} from './types.ts';
