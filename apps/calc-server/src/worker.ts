import type { ThreadWork } from '@cateto/bus/threads';
import { threadWork } from '@cateto/bus/threads';
import { handlers } from '@cateto/compute';

/* The code that each thread runs. */

const work: ThreadWork = threadWork(handlers);

export default work;
