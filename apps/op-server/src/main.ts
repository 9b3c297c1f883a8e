import { catchSignals } from '@cateto/app-kit/signals';

// Before anything else is loaded: a signal that comes meanwhile is not lost.
catchSignals();
await import('./serve.ts');
