/** Something that can be closed. */
export interface Closable {
  close(): unknown;
}

/**
 * Opens several things that belong together. If opening one of them fails, or the code that uses them throws, those
 * that are already open are closed: no other code could close them, and they would keep the process from ending.
 *
 * @param open calls `opened` with each, which returns it
 * @throws whatever `open` throws
 */
export function openAll<T>(open: (opened: <C extends Closable>(one: C) => C) => T): T {
  const all: Closable[] = [];
  try {
    return open((one) => {
      all.push(one);
      return one;
    });
  } catch (error) {
    for (const one of all.toReversed()) void one.close();
    throw error;
  }
}

/** @returns a function that wraps a callback, so that it does nothing once `isClosed` is true */
export function whileOpen(
  isClosed: () => boolean,
): <A extends readonly unknown[]>(run: (...args: A) => void) => (...args: A) => void {
  return (run) =>
    (...args) => {
      if (!isClosed()) run(...args);
    };
}
