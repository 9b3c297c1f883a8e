import { environment, exitCodes, guardOutput, onEndSignal, onParentGone } from '@cateto/app-kit';
import type { Io } from './context.ts';
import { outputClosed } from './context.ts';

/**
 * The process as commands see it.
 *
 * @param name what a line about its streams begins with
 */
export function processIo(name: string): Io {
  const { stdin, stdout, stderr } = process;
  const ending = new AbortController();
  onEndSignal((signal) => {
    // A second signal ends at once what is being ended. A terminal that closes sends more than one.
    if (ending.signal.aborted && signal !== 'SIGHUP') process.exit(exitCodes.interrupted);
    ending.abort();
  });
  onParentGone(() => ending.abort());
  guardOutput(name, (exitCode) => {
    // A command that is cut short closes what it has opened; anything else that is lost is reported and ends the process.
    if (exitCode === exitCodes.unread) ending.abort(outputClosed);
    else process.exit(exitCode);
  });
  return { stdin, stdout, stderr, env: environment(), signal: ending.signal };
}
