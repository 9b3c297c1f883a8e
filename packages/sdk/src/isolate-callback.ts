import { inMicrotask } from '@cateto/bus';

/**
 * Keeps what a caller's own function throws away from what called it, which has others to serve: it is thrown again where
 * nothing else can break, as an uncaught exception.
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
