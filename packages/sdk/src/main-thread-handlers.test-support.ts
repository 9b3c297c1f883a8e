import { isMainThread } from 'node:worker_threads';

if (!isMainThread) throw new Error('this module is for the main thread');

export const handlers = { double: (value: number) => 2 * value };
