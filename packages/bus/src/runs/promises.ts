/** Whether `await` waits for something. What it is may be a Proxy or have getters: this throws what they throw. */
export function isThenable(given: unknown): given is PromiseLike<unknown> {
  if (typeof given !== 'function' && (typeof given !== 'object' || given === null)) return false;
  return 'then' in given && typeof given.then === 'function';
}

/**
 * Handles the rejections of the promises in something that was refused: a list of promises that no code has awaited, or the promise of
 * code that has to be synchronous. An unhandled rejection would end the process, and the refusal says what is wrong.
 */
export function hush(refused: unknown): void {
  const seen = new Set<unknown>();
  const left = [refused];
  while (left.length > 0) {
    const part = left.pop();
    if (typeof part !== 'object' || part === null || seen.has(part)) continue;
    seen.add(part);
    try {
      if (part instanceof Promise) void part.then(undefined, ignore);
      else left.push(...Object.values(part));
    } catch {
      // A getter or a Proxy threw; the refusal has been worded.
    }
  }
}

function ignore(): void {
  // The refusal is the outcome.
}
