import { register } from 'tsx/esm/api';

/* Loads TypeScript sources in threads too: `--import tsx` does that only in the main thread. */

register();
