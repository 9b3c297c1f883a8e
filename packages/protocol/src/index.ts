export type { Batch, BatchEffect, BatchInput } from './batch/batch.ts';
export { createBatch } from './batch/batch.ts';
export type { ChunkJoiner, Taken } from './chunks/chunk-joiner.ts';
export { createChunkJoiner } from './chunks/chunk-joiner.ts';
export type { ChunkSender, LargeMessage, Leaving } from './chunks/chunk-sender-types.ts';
export { createChunkSender } from './chunks/chunk-sender.ts';
export type { Account, Accounts } from './structures/accounts.ts';
export { comesBefore, createAccounts } from './structures/accounts.ts';
export type { Heap, HeapMember } from './structures/heap.ts';
export { createHeap } from './structures/heap.ts';
export { memoryEstimate } from './structures/memory-estimate.ts';
export type { DueQueue } from './structures/due-queue.ts';
export { createDueQueue } from './structures/due-queue.ts';
export type { ReturnPath, ReturnPathEffect, ReturnPathInput } from './return-path/return-path.ts';
export { createReturnPath } from './return-path/return-path.ts';
export * from './failover/index.ts';
export type { CompleteRequest, Join, JoinEffect, JoinInput } from './join/join.ts';
export { createJoin } from './join/join.ts';
export type { Listeners, ListenersConfig, ListenersEffect, ListenersInput } from './listeners/listeners.ts';
export { createListeners } from './listeners/listeners.ts';
export type { Load } from './overload/load.ts';
export { createLoad } from './overload/load.ts';
export type { QueueDelay } from './overload/queue-delay.ts';
export { createQueueDelay } from './overload/queue-delay.ts';
export type { Placement } from './overload/placement.ts';
export { createPlacement } from './overload/placement.ts';
export { createRequester } from './requester/requester.ts';
export { retryCauseOf } from './requester/retries.ts';
export type {
  RequestCall,
  Requester,
  RequesterConfig,
  RequesterCounters,
  RequesterEffect,
  RequesterInput,
  RetryCause,
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
export { isSettled } from './structures/settled-watermark.ts';
