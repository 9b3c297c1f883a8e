/**
 * What was thrown, as a text for people. Anything can be thrown: nothing at all, an Error whose message is a getter that throws, an
 * Error of another realm, which is no instance of this realm's class.
 */
export function textOf(thrown: unknown): string {
  try {
    const message: unknown = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : '';
    return typeof message === 'string' && message !== '' ? message : String(thrown);
  } catch {
    return 'threw something without a text';
  }
}

/** Characters of a stack that are kept: the frames that matter are the first. */
const stackMax = 8_192;

/** Where it was thrown, for a log; undefined for what has no stack. */
export function stackOf(thrown: unknown): string | undefined {
  try {
    const stack: unknown =
      typeof thrown === 'object' && thrown !== null && 'stack' in thrown ? thrown.stack : undefined;
    return typeof stack === 'string' && stack !== '' ? stack.slice(0, stackMax) : undefined;
  } catch {
    return undefined;
  }
}
