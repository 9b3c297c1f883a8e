import type { HandlersOf } from '@cateto/contracts';
import { threadId } from 'node:worker_threads';
import type { slowCatalogue } from '@cateto/verification/support/slow-catalogue.ts';

/** The input at which the handler ends its thread. */
export const exitInput = 7;

/**
 * The handler of the slow catalogue, as a module. For an input -n it blocks for n ms, then returns the number of its
 * thread, 0 for the main thread.
 */
export const handlers: HandlersOf<typeof slowCatalogue> = {
  slow(input) {
    if (input === exitInput) process.exit(9);
    if (input > 0) return input;
    const endMs = performance.now() - input;
    while (performance.now() < endMs);
    return threadId;
  },
};
