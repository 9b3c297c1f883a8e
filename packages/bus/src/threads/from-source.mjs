import { register } from 'tsx/esm/api';

/* From the sources, which have to be loaded in threads as well: `--import tsx` does so in the main thread only. */

register();
