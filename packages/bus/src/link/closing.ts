/** Something that is open until it is closed. */
export interface Closable {
  close(): unknown;
}

/**
 * Opens several things that belong together. When one of them cannot be opened, or what is made of them throws, those that are open
 * already are closed: nobody else could, and they would keep the process from ending.
 *
 * @param open calls `opened` with each, which returns it
 * @throws what `open` throws
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

/** @returns what makes of a callback one that does nothing from the time on at which `isClosed` is true */
export function whileOpen(
  isClosed: () => boolean,
): <A extends readonly unknown[]>(run: (...args: A) => void) => (...args: A) => void {
  return (run) =>
    (...args) => {
      if (!isClosed()) run(...args);
    };
}
