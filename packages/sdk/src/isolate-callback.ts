import { inMicrotask } from '@cateto/bus';

/**
 * Isolates a user's callback from the code that calls it. An exception that the callback throws becomes an uncaught
 * exception of a later turn, so the caller can go on serving others.
 */
export function isolateCallback<A>(callback: (argument: A) => void): (argument: A) => void {
  return (argument) => {
    try {
      callback(argument);
    } catch (error) {
      inMicrotask(() => {
        throw error;
      });
    }
  };
}
