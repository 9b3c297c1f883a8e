/*
 * Handlers in threads: the pool, and the code that runs in each thread, for the SDK and the apps. Nothing here opens a
 * socket, so threads have no sockets.
 */

export type { HandlerThreads, Ran } from '../runs/handler-threads.ts';
export type { Handlers } from './load-handlers.ts';
export { loadHandlers, moduleUrl } from './load-handlers.ts';
export { openThreads, programWork } from './open-threads.ts';
export { moduleThreads } from './module-threads.ts';
export type { ThreadWork } from './run-task.ts';
export { threadWork } from './run-task.ts';
export type { ThreadPool, ThreadPoolOptions } from './thread-pool.ts';
export { createThreadPool } from './thread-pool.ts';
