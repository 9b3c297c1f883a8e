/**
 * The text of a thrown value, for people. A thrown value can be anything: undefined, an Error whose message is a getter
 * that throws, or an Error of another realm, which is not an instance of this realm's class.
 */
export function textOf(thrown: unknown): string {
  try {
    const message: unknown = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : '';
    return typeof message === 'string' && message !== '' ? message : String(thrown);
  } catch {
    return 'threw something without a text';
  }
}

/** Characters of a stack that are kept. The first frames matter most. */
const stackMax = 8_192;

/** The stack of a thrown value, for a log; undefined when it has none. */
export function stackOf(thrown: unknown): string | undefined {
  try {
    const stack: unknown =
      typeof thrown === 'object' && thrown !== null && 'stack' in thrown ? thrown.stack : undefined;
    return typeof stack === 'string' && stack !== '' ? stack.slice(0, stackMax) : undefined;
  } catch {
    return undefined;
  }
}
