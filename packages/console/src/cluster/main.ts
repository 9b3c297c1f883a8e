import { catchSignals } from '@cateto/app-kit/signals';

// First of all imports, so that no signal is lost while the others load.
catchSignals();
await import('./start.ts');
