import { environment } from '@cateto/app-kit';
import type { Io } from './context.ts';
import { outputClosed } from './context.ts';
import { exitCodes } from './exit-codes.ts';

/** The process as commands see it. */
export function processIo(): Io {
  const { stdin, stdout, stderr } = process;
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Whoever asks a second time does not want to wait for what is being ended.
      if (ending.signal.aborted) process.exit(exitCodes.interrupted);
      ending.abort();
    });
  }
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    ending.abort(outputClosed);
  });
  return { stdin, stdout, stderr, env: environment(), signal: ending.signal };
}
