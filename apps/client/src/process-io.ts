import { environment, exitCodes, guardOutput, onEndSignal, onParentGone } from '@cateto/app-kit';
import type { Io } from './context.ts';
import { outputClosed } from './context.ts';

/**
 * The process, in the form that commands use.
 *
 * @param name starts the lines about its streams
 */
export function processIo(name: string): Io {
  const { stdin, stdout, stderr } = process;
  const ending = new AbortController();
  onEndSignal((signal) => {
    // The first signal has already begun the end; a second one ends at once. A terminal that closes sends several.
    if (ending.signal.aborted && signal !== 'SIGHUP') process.exit(exitCodes.interrupted);
    ending.abort();
  });
  onParentGone(() => ending.abort());
  guardOutput(name, (exitCode) => {
    // A command whose reader has gone closes everything that it opened. Any other loss of output is reported and ends
    // the process.
    if (exitCode === exitCodes.unread) ending.abort(outputClosed);
    else process.exit(exitCode);
  });
  return { stdin, stdout, stderr, env: environment(), signal: ending.signal };
}
