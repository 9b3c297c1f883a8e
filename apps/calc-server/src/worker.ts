import type { ThreadWork } from '@cateto/bus/threads';
import { programWork } from '@cateto/bus/threads';

/* The code that each thread runs. */

const work: ThreadWork = await programWork(async () => (await import('@cateto/compute')).handlers);

export default work;
