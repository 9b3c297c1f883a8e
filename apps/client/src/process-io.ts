import { environment } from '@cateto/app-kit';
import { faultOf } from './file-fault.ts';
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
    if (error.code === 'EPIPE') return ending.abort(outputClosed);
    // The rest would be lost as well.
    stderr.write(`calc: ${faultOf('stdout', error)}\n`);
    process.exit(exitCodes.failed);
  });
  // There is nowhere left to say it; the exit code still tells how the command ended.
  stderr.on('error', () => undefined);
  return { stdin, stdout, stderr, env: environment(), signal: ending.signal };
}
