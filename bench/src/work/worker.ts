import type { ThreadWork } from '@cateto/bus/threads';
import { threadWork } from '@cateto/bus/threads';
import { workHandlers } from './handlers.ts';

/* The code that a thread of the suite's server runs for each request. */

const work: ThreadWork = threadWork({
  burn: (input) => workHandlers.burn(...(input as [number, number])),
  pause: (input) => workHandlers.pause(...(input as [number, number])),
});

export default work;
