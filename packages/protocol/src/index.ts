export type { Batch, BatchEffect, BatchInput } from './batch.ts';
export { createBatch } from './batch.ts';
export type { DueQueue } from './due-queue.ts';
export { createDueQueue } from './due-queue.ts';
export type { Ear, EarEffect, EarInput } from './ear.ts';
export { createEar } from './ear.ts';
export * from './failover/index.ts';
export type { CompleteRequest, Join, JoinEffect, JoinInput } from './join.ts';
export { createJoin } from './join.ts';
export type { Listeners, ListenersConfig, ListenersEffect, ListenersInput } from './listeners.ts';
export { createListeners } from './listeners.ts';
export type { Load } from './load.ts';
export { createLoad } from './load.ts';
export type { Pace } from './pace.ts';
export { createPace } from './pace.ts';
export type { Placement } from './placement.ts';
export { createPlacement } from './placement.ts';
export { createRequester } from './requester/requester.ts';
export type {
  RequestCall,
  Requester,
  RequesterConfig,
  RequesterCounters,
  RequesterEffect,
  RequesterInput,
  Target,
} from './requester/types.ts';
export type {
  IncomingRequest,
  OwedBeat,
  Responder,
  ResponderCounters,
  ResponderEffect,
  ResponderInput,
  Scarce,
} from './responder/responder.ts';
export { createResponder } from './responder/responder.ts';
