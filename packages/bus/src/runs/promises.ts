/**
 * Whether `await` waits for a value. The value may be a Proxy or have getters; this function throws whatever they
 * throw.
 */
export function isThenable(given: unknown): given is PromiseLike<unknown> {
  if (typeof given !== 'function' && (typeof given !== 'object' || given === null)) return false;
  return 'then' in given && typeof given.then === 'function';
}

/**
 * Handles the rejections of promises in a refused value: a list of promises that no code awaits, or the promise of code
 * that has to be synchronous. An unhandled rejection would end the process, and the refusal already reports the fault.
 */
export function hush(refused: unknown): void {
  const seen = new Set<unknown>();
  const left = [refused];
  while (left.length > 0) {
    const part = left.pop();
    if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part) || seen.has(part)) continue;
    seen.add(part);
    try {
      if (part instanceof Promise) void part.then(undefined, ignore);
      else left.push(...Object.values(part));
    } catch {
      // A getter or a Proxy threw. The refusal already reports the fault.
    }
  }
}

function ignore(): void {
  // The refusal is the outcome.
}
