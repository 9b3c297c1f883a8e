import { runConsole } from '@cateto/console';

/* The console of a running system. */

await runConsole();
